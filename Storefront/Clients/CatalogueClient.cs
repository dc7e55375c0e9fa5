namespace Shop.Storefront.Clients;

/// <param name="UnitPriceMinor">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Available">Units that can be ordered now.</param>
public sealed record CatalogueItem(string Sku, string Name, string Description, long UnitPriceMinor, string Currency, long Available);

public sealed record CataloguePage(IReadOnlyList<CatalogueItem> Items, string? Next);

/// <summary>What Inventory says about products.</summary>
public sealed class CatalogueClient(ServiceCaller caller)
{
    /// <param name="families">First parts of SKUs; all products when there are none.</param>
    /// <param name="after">Next of the page before.</param>
    public async Task<CataloguePage> FindAsync(
        string? search, int limit, IEnumerable<string>? families = null, bool inStock = false, string? after = null, CancellationToken cancellationToken = default)
    {
        var query = $"products?limit={limit}{Query("search", search)}{string.Concat((families ?? []).Select(family => Query("family", family)))}";
        return await caller.GetAsync<CataloguePage>(
            ServiceAddresses.Inventory, $"{query}{(inStock ? "&inStock=true" : "")}{Query("after", after)}", cancellationToken) ?? new([], null);
    }

    public Task<CatalogueItem?> GetAsync(string sku, CancellationToken cancellationToken = default) =>
        caller.GetAsync<CatalogueItem>(ServiceAddresses.Inventory, $"products/{Uri.EscapeDataString(sku)}", cancellationToken);

    /// <returns>What is known of these products, by SKU; one that was never listed is missing.</returns>
    public async Task<IReadOnlyDictionary<string, CatalogueItem>> GetAsync(IEnumerable<string> skus, CancellationToken cancellationToken = default)
    {
        var items = await Task.WhenAll(skus.Distinct(StringComparer.Ordinal).Select(sku => GetAsync(sku, cancellationToken)));
        return items.OfType<CatalogueItem>().ToDictionary(item => item.Sku, StringComparer.Ordinal);
    }

    private static string Query(string name, string? value) => string.IsNullOrWhiteSpace(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
