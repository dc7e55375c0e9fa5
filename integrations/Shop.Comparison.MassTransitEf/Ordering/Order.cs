using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Comparison.Ordering;

public enum OrderStatus
{
    Placed,
    Confirmed,
    Rejected,
}

public sealed class Order
{
    public required Guid Id { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>One key of one customer, one order.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Of the request, so that another one under the same key is refused.</summary>
    public required string BodyHash { get; init; }

    public required string Currency { get; init; }

    public required long TotalMinor { get; init; }

    public required string PaymentMethod { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public List<PlacedLine> Lines { get; init; } = [];

    public OrderStatus Status { get; set; }

    public string? Reason { get; set; }
}

public sealed class PlacedLine
{
    public required string Sku { get; init; }

    public required int Quantity { get; init; }

    public required long UnitPriceMinor { get; init; }
}

internal sealed class OrderMap : IEntityTypeConfiguration<Order>
{
    public void Configure(EntityTypeBuilder<Order> builder)
    {
        builder.HasIndex(order => new { order.CustomerId, order.IdempotencyKey }).IsUnique().AreNullsDistinct(false);
        builder.Property<uint>("RowVersion").IsRowVersion();
        builder.OwnsMany(order => order.Lines, line => line.ToJson());
    }
}
