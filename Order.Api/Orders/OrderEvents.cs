using System.Text.Json.Serialization;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering;

// Stored format: never edit, add a version.
public abstract record OrderEvent
{
    private OrderEvent()
    {
    }

    /// <param name="RequestId">The idempotent HTTP request that placed it; null for an import.</param>
    /// <param name="ImportReference">The importer's name for it; null for a shopper's order.</param>
    public record Placed(
        Guid OrderId, string? CustomerId, IReadOnlyList<Line> Lines, string Currency, long TotalMinor, string PaymentMethod, DateTimeOffset PlacedAt,
        Guid? RequestId, string? ImportReference) : OrderEvent;

    /// <summary>The second version, for orders that say something of a person; the others are still stored as the first.</summary>
    public sealed record PlacedWithPersonalData(
        Guid OrderId, string? CustomerId, IReadOnlyList<Line> Lines, string Currency, long TotalMinor, string PaymentMethod, DateTimeOffset PlacedAt,
        Guid? RequestId, string? ImportReference, [property: JsonPropertyOrder(1)] Protected<Customer>? Customer,
        [property: JsonPropertyOrder(1)] Protected<ShippingAddress>? ShippingAddress)
        : Placed(OrderId, CustomerId, Lines, Currency, TotalMinor, PaymentMethod, PlacedAt, RequestId, ImportReference);

    public sealed record CancellationRequested(string Reason, DateTimeOffset RequestedAt) : OrderEvent;

    public sealed record Confirmed(DateTimeOffset ConfirmedAt) : OrderEvent;

    public sealed record Rejected(string Reason, DateTimeOffset RejectedAt) : OrderEvent;

    public sealed record Cancelled(string Reason, DateTimeOffset CancelledAt) : OrderEvent;

    public sealed record Line(string Sku, int Quantity, long UnitPriceMinor);

    public static EventTypes Types { get; } = new EventTypes()
        .Add("order-placed.v1", OrderJson.Default.Placed)
        .Add("order-placed.v2", OrderJson.Default.PlacedWithPersonalData)
        .Add("order-cancellation-requested.v1", OrderJson.Default.CancellationRequested)
        .Add("order-confirmed.v1", OrderJson.Default.Confirmed)
        .Add("order-rejected.v1", OrderJson.Default.Rejected)
        .Add("order-cancelled.v1", OrderJson.Default.Cancelled);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OrderEvent.Placed))]
[JsonSerializable(typeof(OrderEvent.PlacedWithPersonalData))]
[JsonSerializable(typeof(OrderEvent.CancellationRequested))]
[JsonSerializable(typeof(OrderEvent.Confirmed))]
[JsonSerializable(typeof(OrderEvent.Rejected))]
[JsonSerializable(typeof(OrderEvent.Cancelled))]
internal sealed partial class OrderJson : JsonSerializerContext;
