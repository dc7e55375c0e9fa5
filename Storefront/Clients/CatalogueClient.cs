namespace Shop.Storefront.Clients;

/// <param name="UnitPriceMinor">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Available">Units that can be ordered now.</param>
public sealed record CatalogueItem(string Sku, string Name, string Description, long UnitPriceMinor, string Currency, long Available);

public sealed record CataloguePage(IReadOnlyList<CatalogueItem> Items, string? Next);

/// <summary>What Inventory says about products.</summary>
public sealed class CatalogueClient(ServiceCaller caller)
{
    /// <param name="after">Next of the page before.</param>
    public async Task<CataloguePage> FindAsync(string? search, string? after = null, int limit = 100, CancellationToken cancellationToken = default) =>
        await caller.GetAsync<CataloguePage>(
            ServiceAddresses.Inventory, $"products?limit={limit}{Query("search", search)}{Query("after", after)}", cancellationToken) ?? new([], null);

    public Task<CatalogueItem?> GetAsync(string sku, CancellationToken cancellationToken = default) =>
        caller.GetAsync<CatalogueItem>(ServiceAddresses.Inventory, $"products/{Uri.EscapeDataString(sku)}", cancellationToken);

    private static string Query(string name, string? value) => string.IsNullOrWhiteSpace(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
