using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>A promise to keep units for one order until an instant.</summary>
/// <param name="Number">Fencing token.</param>
public sealed record Lease(int Number, DateTimeOffset ExpiresAt, Guid ExpiryId);

/// <summary>Units that came back with one return.</summary>
public sealed record ReturnedUnits(Guid ReturnId, IReadOnlyList<ReservedLine> Lines);

/// <summary>The stock of one order: every decision about it is made here and remembered forever.</summary>
public abstract record Reservation
{
    public static readonly Aggregate<Reservation, ReservationEvent> Aggregate = new("reservation", new Untried(), Evolve, ReservationEvent.Types);

    private Reservation()
    {
    }

    /// <summary>Neither Try nor Cancel has come.</summary>
    public sealed record Untried : Reservation;

    /// <summary>The units are reserved.</summary>
    public sealed record Held(Guid OrderId, IReadOnlyList<ReservedLine> Lines, Lease Lease) : Reservation;

    /// <summary>The lease ran out and the units were released; a Confirm may still get them if they are there.</summary>
    public sealed record Expired(Guid OrderId, IReadOnlyList<ReservedLine> Lines, Lease Lease) : Reservation;

    /// <summary>The units are sold.</summary>
    public sealed record Confirmed(Guid OrderId, IReadOnlyList<ReservedLine> Lines, Lease Lease) : Reservation
    {
        /// <summary>What came back of them.</summary>
        public IReadOnlyList<ReturnedUnits> Returns { get; init; } = [];

        public bool HasReturn(Guid returnId) => Returns.Any(known => known.ReturnId == returnId);
    }

    /// <summary>Final: the Try found too little.</summary>
    public sealed record Rejected(Guid OrderId, string Reason) : Reservation;

    /// <summary>Final: the lease had run out and the units were gone when the Confirm came.</summary>
    public sealed record ConfirmationRejected(Guid OrderId, IReadOnlyList<ReservedLine> Lines, string Reason) : Reservation;

    /// <summary>Final: nothing is held any more.</summary>
    public sealed record Cancelled(Guid OrderId, IReadOnlyList<ReservedLine> Lines, string Reason) : Reservation;

    /// <summary>Final: cancelled before its Try.</summary>
    public sealed record Fenced(Guid OrderId, string Reason) : Reservation;

    /// <summary>Final: sold and given back.</summary>
    public sealed record Returned(Guid OrderId, IReadOnlyList<ReservedLine> Lines, string Reason) : Reservation;

    private static Reservation Evolve(Reservation state, ReservationEvent @event) => (state, @event) switch
    {
        (Untried, ReservationEvent.Held held) => new Held(held.OrderId, held.Lines, new(held.LeaseNumber, held.LeaseExpiresAt, held.ExpiryId)),
        (Untried, ReservationEvent.Rejected rejected) => new Rejected(rejected.OrderId, rejected.Reason),
        (Untried, ReservationEvent.Fenced fenced) => new Fenced(fenced.OrderId, fenced.Reason),
        (Held held, ReservationEvent.Expired) => new Expired(held.OrderId, held.Lines, held.Lease),
        (Held held, ReservationEvent.Confirmed) => new Confirmed(held.OrderId, held.Lines, held.Lease),
        (Held held, ReservationEvent.Cancelled cancelled) => new Cancelled(held.OrderId, held.Lines, cancelled.Reason),
        (Expired expired, ReservationEvent.Confirmed) => new Confirmed(expired.OrderId, expired.Lines, expired.Lease),
        (Expired expired, ReservationEvent.ConfirmationRejected rejected) => new ConfirmationRejected(expired.OrderId, expired.Lines, rejected.Reason),
        (Expired expired, ReservationEvent.Cancelled cancelled) => new Cancelled(expired.OrderId, expired.Lines, cancelled.Reason),
        (Confirmed confirmed, ReservationEvent.LinesReturned back) => confirmed with { Returns = [.. confirmed.Returns, new(back.ReturnId, back.Lines)] },
        (Confirmed confirmed, ReservationEvent.Returned returned) => new Returned(confirmed.OrderId, confirmed.Lines, returned.Reason),
        _ => throw new InvalidOperationException($"A reservation that is {state.GetType().Name} cannot take {@event.GetType().Name}."),
    };
}
