using Shop.EventSourcing.Storage;
using Shop.EventSourcing.WhatIf;

namespace Shop.Inventory;

/// <summary>What is supposed instead of what was.</summary>
/// <param name="LeaseSeconds">How long reservations are held; null: as long as they were.</param>
/// <param name="DeliveryPercent">How much of each delivery came, rounded down to whole units.</param>
public sealed record ReservationSupposition(int? LeaseSeconds = null, int DeliveryPercent = 100);

/// <param name="Actual">The reservation's state as in the table <c>reservations</c>.</param>
public sealed record ReservationDifference(string OrderId, string Actual, string Supposed);

/// <summary>
/// Decides every reservation of a log again, in its order and at its instants, by the real decider, on the stock that would have been
/// there. What others did is taken as it was: an order that only fails in the supposition still has its cancellation, and one that
/// only succeeds there was never confirmed by anybody and stays held.
/// </summary>
/// <param name="linesOf">What an order wanted, for those that were rejected: the log of the inventory does not say.</param>
public sealed class ReservationWhatIf(ReservationSupposition supposition, Func<Guid, IReadOnlyList<ReservedLine>?> linesOf)
{
    private readonly PriorityQueue<(Guid OrderId, int LeaseNumber), DateTimeOffset> leases = new();

    public SupposedStreams Actual { get; } = new();

    public SupposedStreams Supposed { get; } = new();

    /// <summary>The next event of the log.</summary>
    public void Apply(RecordedEvent recorded)
    {
        ExpireUntil(recorded.RecordedAt);
        if (Actual.Append(StockItem.Aggregate, recorded) is { } stock)
            Deliver(stock.Id, stock.Event);
        else if (Actual.Append(Reservation.Aggregate, recorded) is { } reservation && CommandBehind(Guid.Parse(reservation.Id), reservation.Event, recorded) is { } command)
            Decide(Guid.Parse(reservation.Id), command);
    }

    /// <summary>The orders whose stock would have ended otherwise.</summary>
    public IEnumerable<ReservationDifference> Differences() =>
        from order in Actual.All(Reservation.Aggregate)
        let actual = Name(order.State)
        let supposed = Name(Supposed.Read(Reservation.Aggregate, order.Id))
        where actual != supposed
        orderby order.Id
        select new ReservationDifference(order.Id, actual, supposed);

    public static string Name(Reservation state) => ReservationRow.Of(state)?.State ?? "none";

    private void Deliver(string sku, StockEvent @event)
    {
        // What is reserved, sold and returned follows from the decisions below.
        switch (@event)
        {
            case StockEvent.Received received when (int)((long)received.Quantity * supposition.DeliveryPercent / 100) is > 0 and var units:
                Supposed.Append(StockItem.Aggregate, sku, received with { Quantity = units });
                break;
            case StockEvent.Adjusted adjusted:
                var lost = Math.Min(-(long)adjusted.Delta, Supposed.Read(StockItem.Aggregate, sku).Available);
                Supposed.Append(StockItem.Aggregate, sku, adjusted with { Delta = adjusted.Delta > 0 ? adjusted.Delta : (int)-lost });
                break;
        }
    }

    private ReservationCommand? CommandBehind(Guid orderId, ReservationEvent @event, RecordedEvent recorded) => @event switch
    {
        ReservationEvent.Held held => new ReservationCommand.Reserve(orderId, held.Lines, LeaseEnd(recorded, held.LeaseExpiresAt), held.ExpiryId),
        ReservationEvent.Rejected => linesOf(orderId) is { } lines
            ? new ReservationCommand.Reserve(orderId, lines, LeaseEnd(recorded, DateTimeOffset.MaxValue), recorded.Id)
            : throw new InvalidOperationException($"Nobody knows what the rejected order {orderId} wanted, so it cannot be decided again."),
        ReservationEvent.Confirmed or ReservationEvent.ConfirmationRejected => new ReservationCommand.Confirm(),
        ReservationEvent.Cancelled cancelled => new ReservationCommand.Cancel(orderId, cancelled.Reason),
        ReservationEvent.Fenced fenced => new ReservationCommand.Cancel(orderId, fenced.Reason),
        ReservationEvent.Returned returned => new ReservationCommand.Return(orderId, returned.Reason),
        ReservationEvent.LinesReturned back => new ReservationCommand.ReturnLines(back.ReturnId, back.Lines, back.Reason),
        ReservationEvent.Expired expired when supposition.LeaseSeconds is null => new ReservationCommand.Expire(expired.LeaseNumber, recorded.RecordedAt),
        _ => null,
    };

    private DateTimeOffset LeaseEnd(RecordedEvent recorded, DateTimeOffset actual) =>
        supposition.LeaseSeconds is { } seconds ? recorded.RecordedAt.AddSeconds(seconds) : actual;

    private void ExpireUntil(DateTimeOffset now)
    {
        while (leases.TryPeek(out var lease, out var endsAt) && endsAt <= now)
        {
            leases.Dequeue();
            Decide(lease.OrderId, new ReservationCommand.Expire(lease.LeaseNumber, endsAt));
        }
    }

    private void Decide(Guid orderId, ReservationCommand command)
    {
        var id = orderId.ToString("D");
        var decision = ReservationDecider.Decide(
            command, Supposed.Read(Reservation.Aggregate, id), sku => Supposed.Read(StockItem.Aggregate, sku));
        Supposed.Append(Reservation.Aggregate, id, decision.Reservation);
        foreach (var change in decision.Stock)
            Supposed.Append(StockItem.Aggregate, change.Sku, change.Events);
        if (supposition.LeaseSeconds is not null && decision.Reservation is [ReservationEvent.Held held])
            leases.Enqueue((orderId, held.LeaseNumber), held.LeaseExpiresAt);
    }
}
