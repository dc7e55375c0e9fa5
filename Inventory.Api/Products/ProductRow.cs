using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Inventory;

/// <summary>One product as it stands: table <c>products</c>.</summary>
public sealed record ProductRow
{
    public required string Sku { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required long UnitPriceMinor { get; init; }

    public required string Currency { get; init; }

    public required long Revision { get; init; }

    /// <summary>SKU, name and description in upper case: the engines fold only ASCII, and each in its own way.</summary>
    public required string SearchText { get; init; }

    public static Table<ProductRow> Table { get; } = new("products", nameof(Sku));

    public static IInlineProjection Projection { get; } = new InlineProjection<Product, ProductEvent, ProductRow>(
        Product.Aggregate, Table, (state, _) => state is Product.Listed product ? Of(product) : null);

    public static ProductRow Of(Product.Listed product) => new()
    {
        Sku = product.Sku,
        Name = product.Name,
        Description = product.Description,
        UnitPriceMinor = product.UnitPriceMinor,
        Currency = product.Currency,
        Revision = product.Revision,
        SearchText = SearchTextOf($"{product.Sku}\n{product.Name}\n{product.Description}"),
    };

    public static string SearchTextOf(string text) => text.ToUpperInvariant();
}
