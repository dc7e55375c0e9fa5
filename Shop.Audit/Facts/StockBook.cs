using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

/// <summary>Sums over all movements of one product, in units.</summary>
public sealed class StockFacts
{
    public long Received { get; internal set; }

    public long Adjusted { get; internal set; }

    public long Sold { get; internal set; }

    public long Returned { get; internal set; }

    public long Reserved { get; internal set; }

    /// <summary>The first moment at which not 0 ≤ reserved ≤ on hand; null when there was none.</summary>
    public string? Overdrawn { get; internal set; }

    public long OnHand => Received + Adjusted - Sold + Returned;
}

/// <summary>Movements of one product for one order, in units.</summary>
public sealed class OrderStockFacts
{
    public long Reserved { get; internal set; }

    public long Released { get; internal set; }

    public long Sold { get; internal set; }

    public long Returned { get; internal set; }

    /// <summary>How many sales there were.</summary>
    public int Sales { get; internal set; }

    /// <summary>Reserved and neither released nor sold.</summary>
    public long Held => Reserved - Released - Sold;
}

/// <summary>What the stock movements say.</summary>
public sealed class StockBook : IEventBook
{
    private readonly Dictionary<string, StockFacts> bySku = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Dictionary<string, OrderStockFacts>> byOrder = [];

    public IReadOnlyDictionary<string, StockFacts> BySku => bySku;

    public IEnumerable<Guid> Orders => byOrder.Keys;

    public IReadOnlyDictionary<string, OrderStockFacts> Of(Guid orderId) =>
        byOrder.TryGetValue(orderId, out var movements) ? movements : new Dictionary<string, OrderStockFacts>();

    /// <inheritdoc cref="OrderBook.Forget"/>
    internal void Forget(Guid orderId) => byOrder.Remove(orderId);

    /// <summary>What the movements of an order that was found consistent and forgotten had come to.</summary>
    internal void Remember(Guid orderId, ReservationFacts reservation)
    {
        foreach (var (sku, units) in reservation.IsSold ? reservation.Units : new Dictionary<string, long>())
        {
            var movement = ForOrder(orderId, sku);
            (movement.Reserved, movement.Sold, movement.Sales) = (units, units, 1);
        }
    }

    bool IEventBook.Apply(RecordedEvent recorded, JsonElement data)
    {
        if (!recorded.Type.StartsWith("stock-", StringComparison.Ordinal))
            return recorded.Type.StartsWith("product-", StringComparison.Ordinal) || recorded.Type == "receipt-booked.v1";

        var sku = recorded.Stream[(recorded.Stream.IndexOf('-', StringComparison.Ordinal) + 1)..];
        if (!bySku.TryGetValue(sku, out var stock))
            bySku.Add(sku, stock = new());
        switch (recorded.Type)
        {
            case "stock-received.v1":
                stock.Received += data.GetProperty("quantity").GetInt64();
                break;
            case "stock-adjusted.v1":
                stock.Adjusted += data.GetProperty("delta").GetInt64();
                break;
            case "stock-reserved.v1" or "stock-released.v1" or "stock-sold.v1" or "stock-returned.v1":
                Move(stock, ForOrder(data.GetProperty("orderId").GetGuid(), sku), recorded.Type, data.GetProperty("quantity").GetInt64());
                break;
            default:
                return false;
        }

        if (stock.Reserved < 0 || stock.Reserved > stock.OnHand)
            stock.Overdrawn ??= $"{stock.Reserved} reserved of {stock.OnHand} on hand after version {recorded.Version}";
        return true;
    }

    private static void Move(StockFacts stock, OrderStockFacts order, string type, long quantity)
    {
        switch (type)
        {
            case "stock-reserved.v1":
                stock.Reserved += quantity;
                order.Reserved += quantity;
                break;
            case "stock-released.v1":
                stock.Reserved -= quantity;
                order.Released += quantity;
                break;
            case "stock-sold.v1":
                stock.Reserved -= quantity;
                stock.Sold += quantity;
                order.Sold += quantity;
                order.Sales++;
                break;
            default:
                stock.Returned += quantity;
                order.Returned += quantity;
                break;
        }
    }

    private OrderStockFacts ForOrder(Guid orderId, string sku)
    {
        if (!byOrder.TryGetValue(orderId, out var movements))
            byOrder.Add(orderId, movements = new(StringComparer.Ordinal));
        if (!movements.TryGetValue(sku, out var movement))
            movements.Add(sku, movement = new());
        return movement;
    }
}
