using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>What happened to one product of the catalogue.</summary>
public abstract record ProductEvent
{
    private ProductEvent()
    {
    }

    // Stored format: never edit, add a version.
    public sealed record Listed(string Sku, string Name, string Description, long UnitPriceMinor, string Currency, int InitialStock) : ProductEvent;

    // Stored format: never edit, add a version.
    public sealed record PriceChanged(long UnitPriceMinor, string Currency) : ProductEvent;

    // Stored format: never edit, add a version.
    public sealed record DetailsChanged(string Name, string Description) : ProductEvent;

    public static EventTypes Types { get; } = new EventTypes()
        .Add("product-listed.v1", ProductJson.Default.Listed)
        .Add("product-price-changed.v1", ProductJson.Default.PriceChanged)
        .Add("product-details-changed.v1", ProductJson.Default.DetailsChanged);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProductEvent.Listed))]
[JsonSerializable(typeof(ProductEvent.PriceChanged))]
[JsonSerializable(typeof(ProductEvent.DetailsChanged))]
internal sealed partial class ProductJson : JsonSerializerContext;
