using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

public sealed class ReservationFacts
{
    /// <summary>Units per product that the reservation is about, less what was returned; none when it was refused or fenced.</summary>
    public IReadOnlyDictionary<string, long> Units { get; internal set; } = new Dictionary<string, long>();

    public bool IsHeld { get; internal set; }

    public bool IsSold { get; internal set; }
}

/// <summary>What Inventory decided for each order.</summary>
public sealed class ReservationBook : IEventBook
{
    private readonly Dictionary<Guid, ReservationFacts> reservations = [];

    public IReadOnlyDictionary<Guid, ReservationFacts> All => reservations;

    /// <inheritdoc cref="OrderBook.Forget"/>
    internal void Forget(Guid orderId) => reservations.Remove(orderId);

    bool IEventBook.Apply(RecordedEvent recorded, JsonElement data)
    {
        if (!recorded.Type.StartsWith("reservation-", StringComparison.Ordinal))
            return false;
        var orderId = Stored.IdOf(recorded);
        if (!reservations.TryGetValue(orderId, out var reservation))
            reservations.Add(orderId, reservation = new());

        switch (recorded.Type)
        {
            case "reservation-held.v1":
                Require(recorded, reservation is { IsHeld: false, IsSold: false });
                reservation.Units = Stored.BySku(Stored.Lines(data));
                reservation.IsHeld = true;
                break;
            case "reservation-confirmed.v1":
                Require(recorded, !reservation.IsSold);
                (reservation.IsHeld, reservation.IsSold) = (false, true);
                break;
            case "reservation-lines-returned.v1":
                var returned = Stored.BySku(Stored.Lines(data));
                Require(recorded, reservation.IsSold && returned.All(units => units.Value <= reservation.Units.GetValueOrDefault(units.Key)));
                reservation.Units = reservation.Units.ToDictionary(
                    units => units.Key, units => units.Value - returned.GetValueOrDefault(units.Key), StringComparer.Ordinal);
                break;
            case "reservation-returned.v1":
                Require(recorded, reservation.IsSold);
                reservation.IsSold = false;
                break;
            case "reservation-expired.v1" or "reservation-cancelled.v1":
                Require(recorded, !reservation.IsSold);
                reservation.IsHeld = false;
                break;
            default:
                return recorded.Type is "reservation-rejected.v1" or "reservation-fenced.v1" or "reservation-confirmation-rejected.v1";
        }

        return true;
    }

    private static void Require(RecordedEvent recorded, bool possible)
    {
        if (!possible)
            throw new UnreadableEventException("an event that can follow on the ones before", recorded.Type);
    }
}
