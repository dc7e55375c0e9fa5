using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>What a shopper sends. Members that are not here are ignored: nobody sets a price, a total or a status.</summary>
/// <param name="CustomerId">Counts only when an operator orders for somebody, absent for a guest; a customer orders for themselves, whatever it says.</param>
/// <param name="Currency">ISO 4217 code that the shopper expects; absent: the catalogue's.</param>
/// <param name="PaymentMethod">The payment provider's token, such as <c>pm_card_visa</c>; never card data.</param>
/// <param name="Customer">Who orders; stored under the customer's key, for a guest under the order's own.</param>
/// <param name="ShippingAddress">Where the goods go; stored likewise.</param>
public sealed record PlaceOrderRequest(
    string? CustomerId, string? Currency, string? PaymentMethod, IReadOnlyList<PlaceOrderLine?>? Lines, CustomerRequest? Customer = null,
    ShippingAddressRequest? ShippingAddress = null)
{
    internal bool IsPersonal => Customer is not null || ShippingAddress is not null;
}

/// <param name="UnitPriceMinor">The price that the shopper saw, in minor units. A higher price of today is refused, a lower one passed on.</param>
public sealed record PlaceOrderLine(string? Sku, long? Quantity, long? UnitPriceMinor);

public static class PlaceOrderEndpoint
{
    private const int MaxBodyBytes = 1_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/orders", PlaceAsync)
        .RequireAuthorization(Policies.Customer).RequireRateLimiting(RateLimits.Checkout).WithName("PlaceOrder").WithTags("Orders").WithSummary("Places an order; with Prefer: wait=SECONDS answers when it has ended.")
        .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
        .Accepts<PlaceOrderRequest>("application/json")
        .Produces<OrderResponse>(StatusCodes.Status201Created).Produces<OrderResponse>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> PlaceAsync(
        HttpContext http, OrderPlacement placement, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        [FromHeader(Name = "Prefer")] string? prefer, CancellationToken cancellationToken)
    {
        if (IdempotencyKeyProblem(idempotencyKey) is { } problem)
            return problem;
        var (request, unreadable) = await ReadAsync(http.Request, cancellationToken);
        if (request is null)
            return unreadable!;

        request = request with { CustomerId = CustomerOf(http.User, request) };
        var waitSeconds = PreferWait.Seconds(prefer);
        var answer = await placement.PlaceAsync(
            new(idempotencyKey!, request.CustomerId, request, TimeSpan.FromSeconds(waitSeconds), IsByCustomer: !http.User.IsOperator()), cancellationToken);
        if (answer is null)
        {
            http.Response.Headers.RetryAfter = "1";
            return Problems.Of(
                StatusCodes.Status409Conflict, "request-in-progress", "Idempotency-Key",
                "The first request under this key is still running. Repeat the same request in a second.");
        }

        http.Response.Headers.Location = answer.Location;
        if (waitSeconds > 0)
            http.Response.Headers["Preference-Applied"] = $"wait={waitSeconds}";
        return TypedResults.Text(answer.Body, "application/json", Encoding.UTF8, answer.StatusCode);
    }

    /// <summary>The one place that says whose order it is.</summary>
    private static string? CustomerOf(ClaimsPrincipal user, PlaceOrderRequest request) => user.IsOperator() ? request.CustomerId : user.CustomerId();

    internal static ProblemHttpResult? IdempotencyKeyProblem(string? key, string what = "checkout")
    {
        const int maxLength = 255;
        return key is { Length: > 0 and <= maxLength } && !string.IsNullOrWhiteSpace(key)
            ? null
            : Problems.BadRequest(
                "idempotency-key-missing", "Idempotency-Key",
                $"Send the header Idempotency-Key, 1 to {maxLength} characters: one value for one {what}, the same again when you repeat it.");
    }

    private static async Task<(PlaceOrderRequest? Request, IResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return (null, Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "not-json", "Content-Type", "Send the order as JSON with Content-Type: application/json."));
        }

        try
        {
            var body = await JsonSerializer.DeserializeAsync(request.BodyReader, OrderingHttpJson.Default.PlaceOrderRequest, cancellationToken);
            return body is null ? (null, Unreadable("body")) : (body, null);
        }
        catch (JsonException error)
        {
            return (null, Unreadable(error.Path is { Length: > 2 } path ? path[2..] : "body"));
        }
    }

    private static ProblemHttpResult Unreadable(string field) => Problems.BadRequest(
        "unreadable-json", field, $"{field} cannot be read. Send JSON such as {{\"paymentMethod\":\"pm_card_visa\",\"lines\":[{{\"sku\":\"…\",\"quantity\":1}}]}}.");
}
