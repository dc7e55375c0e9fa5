using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

public enum OrderOutcome
{
    Unfinished,
    Confirmed,
    Rejected,
    Cancelled,
}

public sealed class OrderFacts
{
    public required Guid OrderId { get; init; }

    /// <summary>Units per product.</summary>
    public required IReadOnlyDictionary<string, long> Units { get; init; }

    public required string Currency { get; init; }

    public required long TotalMinor { get; init; }

    /// <summary>Quantity times price, over all lines.</summary>
    public required long LinesTotalMinor { get; init; }

    public OrderOutcome Outcome { get; internal set; }

    public bool HasEnded => Outcome != OrderOutcome.Unfinished;
}

/// <summary>The orders, and the requests under which they were promised to customers.</summary>
public sealed class OrderBook : IEventBook
{
    private readonly Dictionary<Guid, OrderFacts> orders = [];
    private readonly Dictionary<string, Guid> requests = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, string> requestOf = [];

    public IReadOnlyDictionary<Guid, OrderFacts> All => orders;

    /// <summary>Order id by stream of the idempotent request that was accepted for it.</summary>
    public IReadOnlyDictionary<string, Guid> AcceptedRequests => requests;

    /// <summary>Drops what is known of an order, for who has checked it and needs the room.</summary>
    internal void Forget(Guid orderId)
    {
        orders.Remove(orderId);
        if (requestOf.Remove(orderId, out var request))
            requests.Remove(request);
    }

    bool IEventBook.Apply(RecordedEvent recorded, JsonElement data)
    {
        switch (recorded.Type)
        {
            case "order-placed.v1" or "order-placed.v2":
                Place(Stored.IdOf(recorded), data);
                return true;
            case "order-confirmed.v1":
                End(recorded, OrderOutcome.Confirmed);
                return true;
            case "order-rejected.v1":
                End(recorded, OrderOutcome.Rejected);
                return true;
            case "order-cancelled.v1":
                End(recorded, OrderOutcome.Cancelled);
                return true;
            case "request-accepted.v1" or "request-accepted.v2":
                requests[recorded.Stream] = data.GetProperty("orderId").GetGuid();
                requestOf[requests[recorded.Stream]] = recorded.Stream;
                return true;
            default:
                return recorded.Type is "order-cancellation-requested.v1" or "request-answered.v1" or "product-quoted.v1" or "operator-acted.v1";
        }
    }

    private void Place(Guid orderId, JsonElement data)
    {
        var order = new OrderFacts
        {
            OrderId = orderId,
            Units = Stored.BySku(Stored.Lines(data)),
            Currency = data.GetProperty("currency").GetString()!,
            TotalMinor = data.GetProperty("totalMinor").GetInt64(),
            LinesTotalMinor = data.GetProperty("lines").EnumerateArray().Sum(line => line.GetProperty("quantity").GetInt64() * line.GetProperty("unitPriceMinor").GetInt64()),
        };
        if (!orders.TryAdd(orderId, order))
            throw new UnreadableEventException("one order-placed event per order", "another one");
    }

    private void End(RecordedEvent recorded, OrderOutcome outcome)
    {
        if (!orders.TryGetValue(Stored.IdOf(recorded), out var order))
            throw new UnreadableEventException("an order that was placed", $"{recorded.Type} as the first event");
        // A confirmed order may be cancelled later, after compensation; nothing else follows an end.
        var allowed = order.Outcome == OrderOutcome.Unfinished || (order.Outcome == OrderOutcome.Confirmed && outcome == OrderOutcome.Cancelled);
        if (!allowed)
            throw new UnreadableEventException($"nothing after {order.Outcome}", outcome.ToString());
        order.Outcome = outcome;
    }
}
