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

    /// <summary>Some units of a confirmed order are to be restocked, and their price refunded.</summary>
    /// <param name="RefundMinor">The sum of the lines, in minor units of the order's currency.</param>
    public sealed record ReturnRequested(Guid ReturnId, IReadOnlyList<ReturnedLine> Lines, long RefundMinor, string Reason, DateTimeOffset RequestedAt) : OrderEvent;

    /// <summary>They are restocked and refunded.</summary>
    public sealed record ReturnCompleted(Guid ReturnId, DateTimeOffset CompletedAt) : OrderEvent;

    /// <param name="Line">Index of the order's line that they were bought on.</param>
    public sealed record ReturnedLine(int Line, string Sku, int Quantity, long UnitPriceMinor);

    public sealed record Line(string Sku, int Quantity, long UnitPriceMinor);

    public static EventTypes Types { get; } = new EventTypes()
        .Add("order-placed.v1", OrderJson.Default.Placed)
        .Add("order-placed.v2", OrderJson.Default.PlacedWithPersonalData)
        .Add("order-cancellation-requested.v1", OrderJson.Default.CancellationRequested)
        .Add("order-confirmed.v1", OrderJson.Default.Confirmed)
        .Add("order-rejected.v1", OrderJson.Default.Rejected)
        .Add("order-cancelled.v1", OrderJson.Default.Cancelled)
        .Add("order-return-requested.v1", OrderJson.Default.ReturnRequested)
        .Add("order-return-completed.v1", OrderJson.Default.ReturnCompleted);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OrderEvent.Placed))]
[JsonSerializable(typeof(OrderEvent.PlacedWithPersonalData))]
[JsonSerializable(typeof(OrderEvent.CancellationRequested))]
[JsonSerializable(typeof(OrderEvent.Confirmed))]
[JsonSerializable(typeof(OrderEvent.Rejected))]
[JsonSerializable(typeof(OrderEvent.Cancelled))]
[JsonSerializable(typeof(OrderEvent.ReturnRequested))]
[JsonSerializable(typeof(OrderEvent.ReturnCompleted))]
internal sealed partial class OrderJson : JsonSerializerContext;
