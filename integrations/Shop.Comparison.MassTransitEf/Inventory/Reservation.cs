using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Contracts;

namespace Shop.Comparison.Inventory;

public enum ReservationStatus
{
    Reserved,
    Rejected,
    Confirmed,
    Cancelled,
    Returned,
}

public sealed class Reservation
{
    public required Guid OrderId { get; init; }

    public required ReservationStatus Status { get; set; }

    public string? Reason { get; init; }

    public DateTimeOffset LeaseExpiresAt { get; init; }

    public List<ReservedLine> Lines { get; init; } = [];

    /// <summary>What the status answers to a command, the first time and every time.</summary>
    public object Reply() => Status switch
    {
        ReservationStatus.Reserved => new StockReserved { OrderId = OrderId, LeaseExpiresAt = LeaseExpiresAt },
        ReservationStatus.Rejected => new StockRejected { OrderId = OrderId, Reason = Reason! },
        ReservationStatus.Confirmed => new StockConfirmed { OrderId = OrderId },
        ReservationStatus.Cancelled => new StockCancelled { OrderId = OrderId },
        _ => new StockReturned { OrderId = OrderId },
    };
}

public sealed class ReservedLine
{
    public required string Sku { get; init; }

    public required int Quantity { get; init; }
}

internal sealed class ReservationMap : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.HasKey(reservation => reservation.OrderId);
        builder.Property(reservation => reservation.OrderId).ValueGeneratedNever();
        builder.Property<uint>("RowVersion").IsRowVersion();
        builder.OwnsMany(reservation => reservation.Lines, line => line.ToJson());
    }
}
