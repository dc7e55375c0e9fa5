using System.Text.Json.Serialization;
using Shop.Inventory;

namespace Shop.Host.Catalogue;

/// <summary>A product of the shop's own catalogue, listed when a store is empty.</summary>
/// <param name="PriceMinor">Price of one unit in pence.</param>
/// <param name="InitialStock">Units received when it is first listed.</param>
public sealed record CatalogueProduct(string Sku, string Name, string Description, [property: JsonPropertyName("unitPriceMinor")] long PriceMinor, int InitialStock)
{
    public const string Currency = "GBP";

    public NewProduct ToNewProduct() => new()
    {
        Sku = Sku,
        Name = Name,
        Description = Description,
        UnitPriceMinor = PriceMinor,
        Currency = Currency,
        InitialStock = InitialStock,
    };
}
