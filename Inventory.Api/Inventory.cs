using Shop.EventSourcing;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>A product to be listed, with the units that it starts with.</summary>
public sealed record NewProduct
{
    /// <summary>Stock keeping unit, case-sensitive.</summary>
    public required string Sku { get; init; }

    public required string Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Price of one unit in minor units of <see cref="Currency"/>, at least 1.</summary>
    public required long UnitPriceMinor { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>Units received with it; 0 for none.</summary>
    public int InitialStock { get; init; }

    /// <summary>Name of the delivery that brings them; it is received once per product, however often it is imported.</summary>
    public string StockReference { get; init; } = Inventory.InitialStockReference;
}

/// <summary>What an import changed.</summary>
/// <param name="Listed">Products that were not in the catalogue before.</param>
/// <param name="UnitsReceived">Units booked into stock.</param>
public sealed record ImportResult(int Listed, long UnitsReceived);

/// <summary>The inventory for callers in the same process, such as seeding and importing.</summary>
public sealed class Inventory(EventStore<InventoryModule> store, IMessageOutbox outbox)
{
    /// <summary>The delivery that a product's first units come with.</summary>
    public const string InitialStockReference = "initial-stock";

    private const int ProductsPerUnitOfWork = 250;

    /// <summary>
    /// Lists what is not listed and receives what was not received. What is listed keeps its name and price; running it again
    /// changes nothing.
    /// </summary>
    /// <exception cref="DomainException">A product is wrong, or its delivery was received with other units; earlier batches stay.</exception>
    public async Task<ImportResult> ListProductsAsync(IReadOnlyList<NewProduct> products, CancellationToken cancellationToken = default)
    {
        var total = new ImportResult(0, 0);
        foreach (var batch in products.Chunk(ProductsPerUnitOfWork))
        {
            var (done, _) = await store.ExecuteAsync(unit => ListBatchAsync(unit, batch, cancellationToken), cancellationToken: cancellationToken);
            total = new(total.Listed + done.Listed, total.UnitsReceived + done.UnitsReceived);
        }

        return total;
    }

    private async Task<ImportResult> ListBatchAsync(UnitOfWork unit, NewProduct[] batch, CancellationToken cancellationToken)
    {
        var entries = new List<ProductEntry>(batch.Length);
        foreach (var product in batch)
            entries.Add(await ProductEntry.LoadAsync(unit, product, cancellationToken));

        var (priced, unitsReceived) = unit.Decide(() =>
        {
            var listed = entries.Where(entry => entry.ListIfNew()).Select(entry => entry.Listed.ToProductPriced()).ToArray();
            return (listed, entries.Sum(entry => (long)entry.ReceiveIfNew()));
        });

        foreach (var message in priced)
            await outbox.PublishAsync(unit, message, cancellationToken);
        return new(priced.Length, unitsReceived);
    }
}
