using System.Text.Json;

namespace Shop.Host.Catalogue;

/// <summary>What the shop sells when it opens for the first time. The file's lines are what <c>POST /products</c> takes.</summary>
public static class SeedCatalogue
{
    public static IReadOnlyList<CatalogueProduct> Products { get; } = Read();

    private static List<CatalogueProduct> Read()
    {
        using var file = typeof(SeedCatalogue).Assembly.GetManifestResourceStream("catalogue.jsonl")!;
        return [.. JsonSerializer.DeserializeAsyncEnumerable<CatalogueProduct>(file, topLevelValues: true, JsonSerializerOptions.Web).ToBlockingEnumerable().OfType<CatalogueProduct>()];
    }
}
