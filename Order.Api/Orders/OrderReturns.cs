using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>A part of an order that goes back.</summary>
/// <param name="CompletedAt">When it was restocked and refunded; null while that is under way.</param>
public sealed record OrderReturn(
    Guid ReturnId, IReadOnlyList<OrderEvent.ReturnedLine> Lines, long RefundMinor, string Reason, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt);

/// <summary>What a customer gives back of a product, on whichever lines it stands.</summary>
public sealed record ReturnedUnits(string Sku, int Quantity);

/// <summary>Decides on returns of single lines. Pure.</summary>
public static class OrderReturnDecider
{
    /// <summary>More of them nobody makes, and each one is read with the order for ever.</summary>
    private const int MaxReturns = 100;

    /// <summary>Only what a confirmed order still has can go back, and at the price at which it was bought.</summary>
    /// <exception cref="DomainException">It cannot be returned; or the same id was used for something else.</exception>
    public static IReadOnlyList<OrderEvent> Decide(OrderCommand.RequestReturn request, Order state)
    {
        if (state is Order.Accepted { Returns: var returns } && returns.FirstOrDefault(known => known.ReturnId == request.ReturnId) is { } repeated)
            return IsSame(request, repeated) ? [] : throw KeyReused();
        return state switch
        {
            Order.Confirmed { CancellationRequested: true } => throw new DomainException(
                "order-being-cancelled", "The order is being cancelled: everything is refunded, there is nothing to return.", conflict: true),
            Order.Confirmed { Returns.Count: >= MaxReturns } => throw new DomainException(
                "too-many-returns", $"This order was returned from {MaxReturns} times. Ask the shop.", conflict: true),
            Order.Confirmed order => [Request(request, order)],
            Order.Accepted order => throw new DomainException(
                "order-not-confirmed", $"The order is {OrderStatus.Of(order)}: only a confirmed order has something to return.{(order is Order.Placed ? " Cancel it, or wait until it is confirmed." : "")}",
                conflict: true),
            _ => throw new InvalidOperationException($"A return from an order that is {state.GetType().Name}."),
        };
    }

    public static IReadOnlyList<OrderEvent> Decide(OrderCommand.CompleteReturn complete, Order state) => state switch
    {
        Order.Confirmed order when order.Returns.Any(known => known.ReturnId == complete.ReturnId && known.CompletedAt is null) =>
            [new OrderEvent.ReturnCompleted(complete.ReturnId, complete.At)],
        // It went under in the cancellation, or is done already.
        Order.Accepted order when order.Returns.Any(known => known.ReturnId == complete.ReturnId) => [],
        _ => throw new InvalidOperationException($"Return {complete.ReturnId} of an order that is {state.GetType().Name} was never asked for here."),
    };

    /// <summary>What the saga is told of a return.</summary>
    public static OrderReturnRequested Announce(Guid orderId, OrderEvent.ReturnRequested requested) => new()
    {
        OrderId = orderId,
        ReturnId = requested.ReturnId,
        Lines = [.. BySku(requested.Lines).Select(line => new StockLine { Sku = line.Key, Quantity = line.Value })],
        RefundMinor = requested.RefundMinor,
        Reason = requested.Reason,
    };

    /// <summary>Units of each line that have gone back or are on their way.</summary>
    public static int[] ReturnedByLine(Order.Accepted order)
    {
        var returned = new int[order.Terms.Lines.Count];
        foreach (var line in order.Returns.SelectMany(known => known.Lines))
            returned[line.Line] += line.Quantity;
        return returned;
    }

    private static OrderEvent.ReturnRequested Request(OrderCommand.RequestReturn request, Order.Confirmed order)
    {
        var returned = ReturnedByLine(order);
        var lines = new List<OrderEvent.ReturnedLine>();
        for (var i = 0; i < request.Units.Count; i++)
        {
            var (sku, quantity) = request.Units[i];
            var left = quantity;
            for (var line = 0; line < returned.Length && left > 0; line++)
            {
                var (bought, price) = (order.Terms.Lines[line].Quantity, order.Terms.Lines[line].UnitPriceMinor);
                var taken = order.Terms.Lines[line].Sku == sku ? Math.Min(left, bought - returned[line]) : 0;
                if (taken == 0)
                    continue;
                lines.Add(new(line, sku, taken, price));
                returned[line] += taken;
                left -= taken;
            }

            if (left > 0)
                throw TooMany(i, sku, quantity, quantity - left);
        }

        return new(request.ReturnId, lines, lines.Sum(line => line.Quantity * line.UnitPriceMinor), request.Reason, request.At);
    }

    private static DomainException TooMany(int index, string sku, int wanted, int returnable) => new(
        "return-exceeds-order", $"Of {sku}, {returnable} can be returned from this order, not {wanted}: the others were not bought, or are returned already.", conflict: true)
    {
        Field = $"lines[{index}].quantity",
    };

    private static bool IsSame(OrderCommand.RequestReturn request, OrderReturn known) =>
        request.Reason == known.Reason && Sums(request.Units.Select(units => (units.Sku, units.Quantity))).SequenceEqual(BySku(known.Lines));

    private static SortedDictionary<string, int> BySku(IEnumerable<OrderEvent.ReturnedLine> lines) => Sums(lines.Select(line => (line.Sku, line.Quantity)));

    private static SortedDictionary<string, int> Sums(IEnumerable<(string Sku, int Quantity)> units)
    {
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (sku, quantity) in units)
            sums[sku] = sums.GetValueOrDefault(sku) + quantity;
        return sums;
    }

    private static DomainException KeyReused() => new(
        "idempotency-key-reused", "This Idempotency-Key was used for another return from this order. Give each return its own key, and repeat the same body under it.")
    {
        Field = "Idempotency-Key",
    };
}
