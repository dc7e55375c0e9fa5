using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>Units of one product on one line of an order.</summary>
public sealed record ReservedLine(string Sku, int Quantity);

/// <summary>What was decided about the stock of one order. The first event of a stream names the order.</summary>
public abstract record ReservationEvent
{
    private ReservationEvent()
    {
    }

    /// <param name="LeaseNumber">Fencing token: an expiry of another lease has no effect.</param>
    /// <param name="ExpiryId">Id of the scheduled expiry, to take it back.</param>
    // Stored format: never edit, add a version.
    public sealed record Held(
        Guid OrderId, IReadOnlyList<ReservedLine> Lines, DateTimeOffset LeaseExpiresAt, int LeaseNumber, Guid ExpiryId) : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record Rejected(Guid OrderId, string Reason) : ReservationEvent;

    /// <summary>Cancelled before its Try: the Try that comes later is refused.</summary>
    // Stored format: never edit, add a version.
    public sealed record Fenced(Guid OrderId, string Reason) : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record Expired(int LeaseNumber) : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record Confirmed : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record ConfirmationRejected(string Reason) : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record Cancelled(string Reason) : ReservationEvent;

    // Stored format: never edit, add a version.
    public sealed record Returned(string Reason) : ReservationEvent;

    /// <summary>Some of the sold units came back; the rest stays sold.</summary>
    // Stored format: never edit, add a version.
    public sealed record LinesReturned(Guid ReturnId, IReadOnlyList<ReservedLine> Lines, string Reason) : ReservationEvent;

    public static EventTypes Types { get; } = new EventTypes()
        .Add("reservation-held.v1", ReservationJson.Default.Held)
        .Add("reservation-rejected.v1", ReservationJson.Default.Rejected)
        .Add("reservation-fenced.v1", ReservationJson.Default.Fenced)
        .Add("reservation-expired.v1", ReservationJson.Default.Expired)
        .Add("reservation-confirmed.v1", ReservationJson.Default.Confirmed)
        .Add("reservation-confirmation-rejected.v1", ReservationJson.Default.ConfirmationRejected)
        .Add("reservation-cancelled.v1", ReservationJson.Default.Cancelled)
        .Add("reservation-returned.v1", ReservationJson.Default.Returned)
        .Add("reservation-lines-returned.v1", ReservationJson.Default.LinesReturned);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReservationEvent.Held))]
[JsonSerializable(typeof(ReservationEvent.Rejected))]
[JsonSerializable(typeof(ReservationEvent.Fenced))]
[JsonSerializable(typeof(ReservationEvent.Expired))]
[JsonSerializable(typeof(ReservationEvent.Confirmed))]
[JsonSerializable(typeof(ReservationEvent.ConfirmationRejected))]
[JsonSerializable(typeof(ReservationEvent.Cancelled))]
[JsonSerializable(typeof(ReservationEvent.Returned))]
[JsonSerializable(typeof(ReservationEvent.LinesReturned))]
internal sealed partial class ReservationJson : JsonSerializerContext;
