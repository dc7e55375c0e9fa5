using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.ServiceDefaults;

namespace Shop.Inventory;

/// <param name="Threshold">A product with fewer units available is at risk; setting <c>Inventory:AtRiskBelow</c>.</param>
/// <param name="Count">How many are.</param>
/// <param name="Products">Those with the fewest, up to 20.</param>
public sealed record StockAtRisk(int Threshold, long Count, IReadOnlyList<StockLevelRow> Products);

/// <summary>Products are few beside orders, and so are the rows that this looks at.</summary>
internal sealed class StockOverview(EventStore<InventoryModule> store, IConfiguration configuration) : IOverviewPart
{
    private const int DefaultThreshold = 10;
    private const int Shown = 20;

    private readonly int threshold = configuration.GetValue("Inventory:AtRiskBelow", DefaultThreshold);

    public string Name => "stock";

    public async Task<object> ReadAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        var atRisk = models.Query<StockLevelRow>().Where(row => row.Available < threshold);
        var shown = await atRisk.OrderBy(row => row.Available).ThenBy(row => row.Sku).Take(Shown).ToListAsync(cancellationToken);
        return new StockAtRisk(threshold, shown.Count < Shown ? shown.Count : await atRisk.LongCountAsync(cancellationToken), shown);
    }
}
