using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Shop.Comparison.Ordering;

public sealed record PlaceOrderRequest(string? CustomerId, string? Currency, string PaymentMethod, IReadOnlyList<PlaceOrderLine> Lines);

public sealed record PlaceOrderLine(string Sku, int Quantity);

/// <param name="Status">placed, confirmed or rejected.</param>
public sealed record OrderResponse(Guid OrderId, string Status, string? Reason, string Currency, long TotalMinor);

internal static class PlaceOrderEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var placement = ActivatorUtilities.CreateInstance<OrderPlacement>(routes.ServiceProvider);
        routes.MapPost("/orders", (
            PlaceOrderRequest request, [FromHeader(Name = "Idempotency-Key")] string key, [FromHeader(Name = "Prefer")] string? prefer,
            CancellationToken cancellationToken) => PlaceAsync(placement, request, key, TimeSpan.FromSeconds(WaitSeconds(prefer)), cancellationToken)).RequireAuthorization();
    }

    private static async Task<IResult> PlaceAsync(OrderPlacement placement, PlaceOrderRequest request, string key, TimeSpan time, CancellationToken cancellationToken)
    {
        if (Problem(request) is { } problem)
            return Refuse(problem);
        var (placed, refusal) = await placement.PlaceAsync(key, request, cancellationToken);
        if (placed is not { Order: var order })
            return Refuse(refusal!);

        var ending = await WaitAsync(placed.End, time, cancellationToken);
        var response = new OrderResponse(order.Id, Name(ending.Status), ending.Reason, order.Currency, order.TotalMinor);
        return ending.Status == OrderStatus.Placed ? TypedResults.Accepted($"/orders/{order.Id}", response) : TypedResults.Created($"/orders/{order.Id}", response);
    }

    /// <returns>The end of the order, or that it is placed when the time runs out.</returns>
    private static async Task<OrderEnding> WaitAsync(Task<OrderEnding> end, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            return await end.WaitAsync(time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new(OrderStatus.Placed, null);
        }
    }

    private static string? Problem(PlaceOrderRequest request) =>
        request is not { Lines.Count: > 0, PaymentMethod.Length: > 0 } ? "Give a paymentMethod and at least one line."
        : request.Lines.Any(line => line is not { Sku.Length: > 0, Quantity: > 0 }) ? "Each line needs a sku and a quantity of at least 1."
        : null;

    private static ProblemHttpResult Refuse(string problem) => TypedResults.Problem(problem, statusCode: StatusCodes.Status422UnprocessableEntity);

    private static int WaitSeconds(string? prefer) =>
        prefer is not null && prefer.StartsWith("wait=", StringComparison.Ordinal) && int.TryParse(prefer.AsSpan(5), out var seconds) ? Math.Clamp(seconds, 0, 30) : 0;

    private static string Name(OrderStatus status) => status switch
    {
        OrderStatus.Confirmed => "confirmed",
        OrderStatus.Rejected => "rejected",
        _ => "placed",
    };
}
