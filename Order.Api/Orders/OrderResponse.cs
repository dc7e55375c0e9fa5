using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Ordering;

/// <summary>An order as HTTP shows it. The order of the fields is part of the promise that a repeated answer is equal byte for byte.</summary>
/// <param name="Status">placed, confirmed, rejected or cancelled.</param>
/// <param name="Reason">Why it was rejected or cancelled.</param>
/// <param name="TotalMinor">Minor units of <paramref name="Currency"/>.</param>
/// <param name="Version">Events so far; grows with each change.</param>
/// <param name="Customer">Shown by GET only: what is stored as an answer holds nothing personal.</param>
/// <param name="ShippingAddress">Likewise.</param>
public sealed record OrderResponse(
    Guid OrderId, string Status, string? Reason, string? CustomerId, IReadOnlyList<OrderLineResponse> Lines, string Currency, long TotalMinor,
    DateTimeOffset PlacedAt, DateTimeOffset? EndedAt, long Version, CustomerResponse? Customer = null, ShippingAddressResponse? ShippingAddress = null)
{
    public static OrderResponse Of(Order.Accepted order, long version) => new(
        order.Terms.OrderId, OrderStatus.Of(order), ReasonOf(order), order.Terms.CustomerId, OrderLineResponse.Of(order.Terms.Lines), order.Terms.Currency,
        order.Terms.TotalMinor, order.Terms.PlacedAt, (order as Order.Ended)?.EndedAt, version);

    public string ToJson() => JsonSerializer.Serialize(this, OrderingHttpJson.Default.OrderResponse);

    private static string? ReasonOf(Order.Accepted order) => order switch
    {
        Order.Rejected rejected => rejected.Reason,
        Order.Cancelled cancelled => cancelled.Reason,
        _ => null,
    };
}

/// <summary>One line at its frozen price.</summary>
public sealed record OrderLineResponse(string Sku, int Quantity, long UnitPriceMinor, long LineTotalMinor)
{
    public static IReadOnlyList<OrderLineResponse> Of(IReadOnlyList<OrderEvent.Line> lines)
    {
        var responses = new OrderLineResponse[lines.Count];
        for (var i = 0; i < responses.Length; i++)
            responses[i] = new(lines[i].Sku, lines[i].Quantity, lines[i].UnitPriceMinor, checked(lines[i].Quantity * lines[i].UnitPriceMinor));
        return responses;
    }
}

public static class OrderStatus
{
    public const string Placed = "placed";
    public const string Confirmed = "confirmed";
    public const string Rejected = "rejected";
    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Placed, Confirmed, Rejected, Cancelled];

    public static string Of(Order.Accepted order) => order switch
    {
        Order.Confirmed => Confirmed,
        Order.Rejected => Rejected,
        Order.Cancelled => Cancelled,
        _ => Placed,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(QuoteResponse))]
[JsonSerializable(typeof(OrderListResponse))]
[JsonSerializable(typeof(OrderTotalsResponse))]
[JsonSerializable(typeof(OrderHistoryResponse))]
[JsonSerializable(typeof(ErasureResponse))]
internal sealed partial class OrderingHttpJson : JsonSerializerContext;
