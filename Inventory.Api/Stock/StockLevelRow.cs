using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Inventory;

/// <summary>
/// The stock of one product in units: table <c>stock_levels</c>, whose constraints refuse a write set that would oversell.
/// </summary>
public sealed record StockLevelRow
{
    public required string Sku { get; init; }

    public required long OnHand { get; init; }

    public required long Reserved { get; init; }

    public required long Available { get; init; }

    public required long Received { get; init; }

    public required long Sold { get; init; }

    public required long Returned { get; init; }

    public required long Adjusted { get; init; }

    public static Table<StockLevelRow> Table { get; } = new("stock_levels", nameof(Sku));

    public static IInlineProjection Projection { get; } = new InlineProjection<StockItem, StockEvent, StockLevelRow>(
        StockItem.Aggregate, Table, (state, _) => state.Sku is null ? null : Of(state));

    public static StockLevelRow Of(StockItem item) => new()
    {
        Sku = item.Sku!,
        OnHand = item.OnHand,
        Reserved = item.Reserved,
        Available = item.Available,
        Received = item.Received,
        Sold = item.Sold,
        Returned = item.Returned,
        Adjusted = item.Adjusted,
    };
}
