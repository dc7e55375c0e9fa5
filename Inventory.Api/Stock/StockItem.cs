using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>
/// The stock of one product in units. Always <c>0 ≤ Reserved ≤ OnHand</c> and
/// <c>OnHand = Received + Adjusted − Sold + Returned</c>. It knows totals only: which order holds what is the reservation's.
/// </summary>
/// <param name="Sku">Null until the first units came.</param>
/// <param name="OnHand">Units in the warehouse, reserved ones too.</param>
/// <param name="Adjusted">Sum of all adjustments; may be negative.</param>
public sealed record StockItem(string? Sku, long OnHand, long Reserved, long Received, long Sold, long Returned, long Adjusted)
{
    public static readonly Aggregate<StockItem, StockEvent> Aggregate = new("stock", new(null, 0, 0, 0, 0, 0, 0), Evolve, StockEvent.Types)
    {
        // A product that everyone wants gets three events per order.
        Snapshots = new(StockJson.Default.StockItem),
    };

    public long Available => OnHand - Reserved;

    private static StockItem Evolve(StockItem state, StockEvent @event) => @event switch
    {
        StockEvent.Received received => state with
        {
            Sku = received.Sku,
            OnHand = state.OnHand + received.Quantity,
            Received = state.Received + received.Quantity,
        },
        StockEvent.Adjusted adjusted => state with
        {
            Sku = adjusted.Sku,
            OnHand = state.OnHand + adjusted.Delta,
            Adjusted = state.Adjusted + adjusted.Delta,
        },
        StockEvent.Reserved reserved => state with { Reserved = state.Reserved + reserved.Quantity },
        StockEvent.Released released => state with { Reserved = state.Reserved - released.Quantity },
        StockEvent.Sold sold => state with
        {
            OnHand = state.OnHand - sold.Quantity,
            Reserved = state.Reserved - sold.Quantity,
            Sold = state.Sold + sold.Quantity,
        },
        StockEvent.Returned returned => state with
        {
            OnHand = state.OnHand + returned.Quantity,
            Returned = state.Returned + returned.Quantity,
        },
        _ => throw new InvalidOperationException($"Stock cannot take {@event.GetType().Name}."),
    };
}
