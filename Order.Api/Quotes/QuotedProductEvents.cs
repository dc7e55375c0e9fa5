using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Ordering;

// Stored format: never edit, add a version.
public abstract record QuotedProductEvent
{
    private QuotedProductEvent()
    {
    }

    public sealed record Quoted(string Sku, string Name, long UnitPriceMinor, string Currency, long Revision, DateTimeOffset LearnedAt) : QuotedProductEvent;

    public static EventTypes Types { get; } = new EventTypes().Add("product-quoted.v1", QuotedProductJson.Default.Quoted);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotedProductEvent.Quoted))]
internal sealed partial class QuotedProductJson : JsonSerializerContext;
