using System.Security.Claims;
using System.Text.Json;
using Shop.EventSourcing;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>Everything that happened to one order, oldest first.</summary>
public sealed record OrderHistoryResponse(Guid OrderId, IReadOnlyList<OrderHistoryEntry> Events);

/// <param name="Type">The event's stored name.</param>
/// <param name="Summary">The event in plain words.</param>
/// <param name="Data">The event as stored.</param>
public sealed record OrderHistoryEntry(long Version, string Type, DateTimeOffset At, string Summary, JsonElement Data);

public static class OrderHistoryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders/{id}/history", GetAsync)
        .RequireAuthorization(Policies.Customer).WithName("GetOrderHistory").WithTags("Orders").WithSummary("Everything that happened to one order, from its event stream.")
        .Produces<OrderHistoryResponse>().ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal user, EventStore<OrderingModule> store, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var orderId) || !user.MaySee((await store.ReadAsync(Order.Aggregate, orderId, cancellationToken)).State))
            return Problems.UnknownOrder(id);
        var events = new List<OrderHistoryEntry>();
        await foreach (var recorded in store.ReadStreamAsync(Order.Aggregate.Stream(orderId), cancellationToken: cancellationToken))
        {
            var @event = EventStore.Decode<OrderEvent>(OrderEvent.Types, recorded);
            events.Add(new(recorded.Version, recorded.Type, recorded.RecordedAt, Summary(@event), Parse(recorded.Data)));
        }

        return TypedResults.Json(new OrderHistoryResponse(orderId, events), OrderingHttpJson.Default.OrderHistoryResponse);
    }

    public static string Summary(OrderEvent @event) => @event switch
    {
        OrderEvent.Placed placed =>
            $"{(placed.CustomerId is null ? "A guest" : $"Customer {placed.CustomerId}")} placed an order of {Counted(placed.Lines.Count, "line")}, "
            + $"{Counted(placed.Lines.Sum(line => (long)line.Quantity), "unit")}, for {placed.TotalMinor} minor units of {placed.Currency}"
            + (placed.ImportReference is null ? "." : $" (imported as {placed.ImportReference})."),
        OrderEvent.CancellationRequested requested => $"Somebody asked to cancel the order: {requested.Reason}.",
        OrderEvent.Confirmed => "The order was confirmed: it is paid and its stock is sold.",
        OrderEvent.Rejected rejected => $"The order was rejected: {rejected.Reason}. Nothing is charged and nothing is held.",
        OrderEvent.Cancelled cancelled => $"The order was cancelled: {cancelled.Reason}. Nothing is charged and nothing is held.",
        OrderEvent.ReturnRequested back =>
            $"{Counted(back.Lines.Sum(line => (long)line.Quantity), "unit")} of {string.Join(", ", back.Lines.Select(line => line.Sku).Distinct(StringComparer.Ordinal))} "
            + $"are to go back, for {back.RefundMinor} minor units: {back.Reason}.",
        OrderEvent.ReturnCompleted => "What was returned is in stock again, and its price is refunded.",
        _ => throw new InvalidOperationException($"{@event.GetType().Name} has no words."),
    };

    private static string Counted(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static JsonElement Parse(byte[] data)
    {
        var reader = new Utf8JsonReader(data);
        return JsonElement.ParseValue(ref reader);
    }
}
