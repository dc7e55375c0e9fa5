using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>How one command on one order's stock ended.</summary>
/// <param name="Events">Empty when it repeated a decision or came second to one.</param>
public sealed record ReservationOutcome(Reservation State, IReadOnlyList<ReservationEvent> Events);

public static class ReservationHandling
{
    /// <summary>
    /// Decides on the reservation and on the stock of all its lines in one write set. Where the lease ended, its scheduled
    /// expiry is taken back.
    /// </summary>
    public static async Task<ReservationOutcome> DecideAsync(
        this UnitOfWork unit, Guid orderId, ReservationCommand command, CancellationToken cancellationToken = default)
    {
        var reservation = command is ReservationCommand.Reserve
            ? await unit.LoadNewAsync(Reservation.Aggregate, orderId, cancellationToken)
            : await unit.LoadAsync(Reservation.Aggregate, orderId, cancellationToken);
        // Which stock it takes is known from the reservation; should that move on before the second decision, all starts over.
        var before = unit.Decide(() => reservation.State);
        var stock = new Dictionary<string, StreamHandle<StockItem, StockEvent>>(StringComparer.Ordinal);
        foreach (var line in ReservationDecider.Touches(command, before))
        {
            if (!stock.ContainsKey(line.Sku))
                stock.Add(line.Sku, await unit.LoadAsync(StockItem.Aggregate, line.Sku, cancellationToken));
        }

        var outcome = unit.Decide(() =>
        {
            var decision = ReservationDecider.Decide(command, reservation.State, sku => stock[sku].State);
            reservation.Append(decision.Reservation);
            foreach (var change in decision.Stock)
                stock[change.Sku].Append(change.Events);
            return new ReservationOutcome(reservation.State, decision.Reservation);
        });

        if (before is Reservation.Held held && outcome.State is not Reservation.Held)
            unit.CancelScheduled(held.Lease.ExpiryId);
        return outcome;
    }
}
