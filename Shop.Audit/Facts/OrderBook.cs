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

/// <summary>A return of single lines.</summary>
public sealed class ReturnFacts
{
    /// <summary>Units per product.</summary>
    public required IReadOnlyDictionary<string, long> Units { get; init; }

    /// <summary>What the order says is refunded.</summary>
    public required long RefundMinor { get; init; }

    /// <summary>What was paid for these units.</summary>
    public required long PriceMinor { get; init; }

    public bool IsCompleted { get; internal set; }
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

    /// <summary>The lines as placed: product, units, price of one.</summary>
    public required IReadOnlyList<(string Sku, long Quantity, long UnitPriceMinor)> Lines { get; init; }

    public OrderOutcome Outcome { get; internal set; }

    /// <summary>Returns by id, completed or not.</summary>
    public IDictionary<Guid, ReturnFacts> Returns { get; } = new Dictionary<Guid, ReturnFacts>();

    /// <summary>Units per product that completed returns gave back.</summary>
    public IReadOnlyDictionary<string, long> ReturnedUnits => Stored.BySku(
        Returns.Values.Where(back => back.IsCompleted).SelectMany(back => back.Units).Select(units => (units.Key, units.Value)));

    /// <summary>What completed returns gave back, at the price of what they returned.</summary>
    public long ReturnedMinor => Returns.Values.Where(back => back.IsCompleted).Sum(back => back.PriceMinor);

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
            case "order-return-requested.v1":
                Return(recorded, data);
                return true;
            case "order-return-completed.v1":
                if (!OrderOf(recorded).Returns.TryGetValue(data.GetProperty("returnId").GetGuid(), out var back) || back.IsCompleted)
                    throw new UnreadableEventException("a return that was asked for and not completed", "none");
                back.IsCompleted = true;
                return true;
            case "request-accepted.v1" or "request-accepted.v2":
                requests[recorded.Stream] = data.GetProperty("orderId").GetGuid();
                requestOf[requests[recorded.Stream]] = recorded.Stream;
                return true;
            default:
                return recorded.Type is "order-cancellation-requested.v1" or "request-answered.v1" or "product-quoted.v1" or "operator-acted.v1" or "customer-erasure-asked.v1";
        }
    }

    private void Place(Guid orderId, JsonElement data)
    {
        (string Sku, long Quantity, long UnitPriceMinor)[] lines = [.. data.GetProperty("lines").EnumerateArray().Select(line =>
            (line.GetProperty("sku").GetString()!, line.GetProperty("quantity").GetInt64(), line.GetProperty("unitPriceMinor").GetInt64()))];
        var order = new OrderFacts
        {
            OrderId = orderId,
            Lines = lines,
            Units = Stored.BySku(lines.Select(line => (line.Sku, line.Quantity))),
            Currency = data.GetProperty("currency").GetString()!,
            TotalMinor = data.GetProperty("totalMinor").GetInt64(),
            LinesTotalMinor = lines.Sum(line => line.Quantity * line.UnitPriceMinor),
        };
        if (!orders.TryAdd(orderId, order))
            throw new UnreadableEventException("one order-placed event per order", "another one");
    }

    /// <summary>Its price is what the order's lines say, whatever the return says.</summary>
    private void Return(RecordedEvent recorded, JsonElement data)
    {
        var order = OrderOf(recorded);
        if (order.Outcome != OrderOutcome.Confirmed)
            throw new UnreadableEventException("a return from a confirmed order", $"one from an order that is {order.Outcome}");
        var price = 0L;
        foreach (var line in data.GetProperty("lines").EnumerateArray())
        {
            var index = line.GetProperty("line").GetInt32();
            if (index < 0 || index >= order.Lines.Count || order.Lines[index].Sku != line.GetProperty("sku").GetString())
                throw new UnreadableEventException("lines of the order", $"line {index}");
            price += line.GetProperty("quantity").GetInt64() * order.Lines[index].UnitPriceMinor;
        }

        var back = new ReturnFacts { Units = Stored.BySku(Stored.Lines(data)), RefundMinor = data.GetProperty("refundMinor").GetInt64(), PriceMinor = price };
        if (!order.Returns.TryAdd(data.GetProperty("returnId").GetGuid(), back))
            throw new UnreadableEventException("one event per return", "another one");
    }

    private OrderFacts OrderOf(RecordedEvent recorded) => orders.TryGetValue(Stored.IdOf(recorded), out var order)
        ? order
        : throw new UnreadableEventException("an order that was placed", $"{recorded.Type} as the first event");

    private void End(RecordedEvent recorded, OrderOutcome outcome)
    {
        var order = OrderOf(recorded);
        // A confirmed order may be cancelled later, after compensation; nothing else follows an end.
        var allowed = order.Outcome == OrderOutcome.Unfinished || (order.Outcome == OrderOutcome.Confirmed && outcome == OrderOutcome.Cancelled);
        if (!allowed)
            throw new UnreadableEventException($"nothing after {order.Outcome}", outcome.ToString());
        order.Outcome = outcome;
    }
}
