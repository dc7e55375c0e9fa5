using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Inventory;

/// <summary>The stock of one order as decided: table <c>reservations</c>.</summary>
public sealed record ReservationRow
{
    public required Guid OrderId { get; init; }

    /// <summary>held, expired, confirmed, rejected, confirmation-rejected, cancelled, fenced or returned.</summary>
    public required string State { get; init; }

    /// <summary>While held or expired; null otherwise.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>Units on all lines that were reserved at some time.</summary>
    public long Units { get; init; }

    public int Lines { get; init; }

    public string? Reason { get; init; }

    public static Table<ReservationRow> Table { get; } = new("reservations", nameof(OrderId));

    public static IInlineProjection Projection { get; } = new InlineProjection<Reservation, ReservationEvent, ReservationRow>(
        Reservation.Aggregate, Table, (state, _) => Of(state));

    public static ReservationRow? Of(Reservation state) => state switch
    {
        Reservation.Held held => Row(held.OrderId, "held", held.Lines, lease: held.Lease),
        Reservation.Expired expired => Row(expired.OrderId, "expired", expired.Lines, lease: expired.Lease),
        Reservation.Confirmed confirmed => Row(confirmed.OrderId, "confirmed", confirmed.Lines),
        Reservation.Rejected rejected => Row(rejected.OrderId, "rejected", [], rejected.Reason),
        Reservation.ConfirmationRejected rejected => Row(rejected.OrderId, "confirmation-rejected", rejected.Lines, rejected.Reason),
        Reservation.Cancelled cancelled => Row(cancelled.OrderId, "cancelled", cancelled.Lines, cancelled.Reason),
        Reservation.Fenced fenced => Row(fenced.OrderId, "fenced", [], fenced.Reason),
        Reservation.Returned returned => Row(returned.OrderId, "returned", returned.Lines, returned.Reason),
        _ => null,
    };

    private static ReservationRow Row(Guid orderId, string state, IReadOnlyList<ReservedLine> lines, string? reason = null, Lease? lease = null) => new()
    {
        OrderId = orderId,
        State = state,
        LeaseExpiresAt = lease?.ExpiresAt,
        Units = lines.Sum(line => (long)line.Quantity),
        Lines = lines.Count,
        Reason = reason,
    };
}
