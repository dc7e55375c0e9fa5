using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>What happened to the stock of one product. The first event of a stream names the SKU.</summary>
public abstract record StockEvent
{
    private StockEvent()
    {
    }

    /// <param name="Reference">The delivery, such as a delivery note's number; null when none was given.</param>
    // Stored format: never edit, add a version.
    public sealed record Received(string Sku, int Quantity, string? Reference) : StockEvent;

    /// <param name="Delta">Units found (positive) or lost (negative).</param>
    // Stored format: never edit, add a version.
    public sealed record Adjusted(string Sku, int Delta, string Reason) : StockEvent;

    // Stored format: never edit, add a version.
    public sealed record Reserved(Guid OrderId, long Quantity) : StockEvent;

    // Stored format: never edit, add a version.
    public sealed record Released(Guid OrderId, long Quantity) : StockEvent;

    // Stored format: never edit, add a version.
    public sealed record Sold(Guid OrderId, long Quantity) : StockEvent;

    // Stored format: never edit, add a version.
    public sealed record Returned(Guid OrderId, long Quantity) : StockEvent;

    public static EventTypes Types { get; } = new EventTypes()
        .Add("stock-received.v1", StockJson.Default.Received)
        .Add("stock-adjusted.v1", StockJson.Default.Adjusted)
        .Add("stock-reserved.v1", StockJson.Default.Reserved)
        .Add("stock-released.v1", StockJson.Default.Released)
        .Add("stock-sold.v1", StockJson.Default.Sold)
        .Add("stock-returned.v1", StockJson.Default.Returned);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StockEvent.Received))]
[JsonSerializable(typeof(StockEvent.Adjusted))]
[JsonSerializable(typeof(StockEvent.Reserved))]
[JsonSerializable(typeof(StockEvent.Released))]
[JsonSerializable(typeof(StockEvent.Sold))]
[JsonSerializable(typeof(StockEvent.Returned))]
[JsonSerializable(typeof(StockItem))]
internal sealed partial class StockJson : JsonSerializerContext;
