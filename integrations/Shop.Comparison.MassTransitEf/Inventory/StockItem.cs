using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Comparison.Inventory;

public sealed class StockItem
{
    public required string Sku { get; init; }

    public required string Name { get; set; }

    public required long UnitPriceMinor { get; set; }

    public required string Currency { get; set; }

    public long Revision { get; set; } = 1;

    public long OnHand { get; set; }

    /// <summary>Units on hand that an order holds.</summary>
    public long Reserved { get; set; }

    public long Sold { get; set; }

    public long Available => OnHand - Reserved;
}

internal sealed class StockItemMap : IEntityTypeConfiguration<StockItem>
{
    public void Configure(EntityTypeBuilder<StockItem> builder)
    {
        builder.HasKey(item => item.Sku);
        builder.Ignore(item => item.Available);
        builder.ToTable("Stock", table => table.HasCheckConstraint("NotOversold", """ "Reserved" >= 0 AND "Reserved" <= "OnHand" """));
    }
}

internal static class StockLocks
{
    /// <summary>The products' rows, locked in the same order by everybody, so that nobody waits in a circle.</summary>
    public static Task<Dictionary<string, StockItem>> LockStockAsync(this ShopDb db, IEnumerable<string> skus, CancellationToken cancellationToken)
    {
        var wanted = skus.Distinct().ToArray();
        return db.Stock.FromSql($"""SELECT * FROM "Stock" WHERE "Sku" = ANY ({wanted}) ORDER BY "Sku" FOR UPDATE""").ToDictionaryAsync(item => item.Sku, cancellationToken);
    }
}
