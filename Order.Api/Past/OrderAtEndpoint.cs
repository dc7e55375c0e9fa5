using System.Text.Json;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>One order as of an instant, across all services.</summary>
/// <param name="Order">As GET /orders/{id} showed it; null before it was placed.</param>
/// <param name="Saga">As GET /sagas/{id} showed it, with its timeline until then.</param>
/// <param name="Stock">The order's reservation.</param>
/// <param name="Messages">What was on its way between the services, the oldest first.</param>
/// <param name="Scheduled">What services had scheduled for themselves.</param>
public sealed record OrderAtResponse(
    Guid OrderId, DateTimeOffset Time, JsonElement? Order, JsonElement? Payment, JsonElement? Stock, JsonElement? Saga,
    IReadOnlyList<MessageUnderWay> Messages, IReadOnlyList<ScheduledThen> Scheduled)
{
    public static OrderAtResponse Of(Guid orderId, DateTimeOffset time, IReadOnlyList<OrderPart> parts)
    {
        return new(
            orderId, time, StateOf(OrderPartServices.Order), StateOf(OrderPartServices.Payment), StateOf(OrderPartServices.Inventory), StateOf(OrderPartServices.Saga),
            [.. MessagesUnderWay.Between(parts)], [.. parts.SelectMany(part => part.Scheduled.Select(due => new ScheduledThen(due.Message, part.Service, due.DueAt)))]);

        JsonElement? StateOf(string service) => parts.Single(part => part.Service == service).State;
    }
}

/// <param name="DueAt">Null when the log does not tell.</param>
public sealed record ScheduledThen(string Message, string Service, DateTimeOffset? DueAt);

public static class OrderAtEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders/{id}/at", GetAsync)
        .RequireAuthorization(Policies.Customer).WithName("GetOrderAt").WithTags("Orders").WithSummary("One order as it was at an instant, in all services: order, payment, stock, saga, messages under way.")
        .Produces<OrderAtResponse>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> GetAsync(
        string id, string? time, HttpContext http, EventStore<OrderingModule> store, OrderParts parts, CancellationToken cancellationToken)
    {
        var instant = PastTime.Required(time, "time");
        if (!Guid.TryParse(id, out var orderId) || !http.User.MaySee((await store.ReadAsync(Order.Aggregate, orderId, cancellationToken)).State))
            return Problems.UnknownOrder(id);
        try
        {
            return TypedResults.Ok(OrderAtResponse.Of(orderId, instant, await parts.ReadAsync(orderId, instant, cancellationToken)));
        }
        catch (PartUnavailableException unavailable)
        {
            http.Response.Headers.RetryAfter = "1";
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "service-unavailable", unavailable.Service,
                $"{unavailable.Service} does not tell its part of the order: {unavailable.Message}");
        }
    }
}
