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
/// <param name="RefundedMinor">What completed returns have refunded; absent when nothing was returned. A cancelled order is refunded as a whole.</param>
/// <param name="Returns">Absent when nothing was returned.</param>
public sealed record OrderResponse(
    Guid OrderId, string Status, string? Reason, string? CustomerId, IReadOnlyList<OrderLineResponse> Lines, string Currency, long TotalMinor,
    DateTimeOffset PlacedAt, DateTimeOffset? EndedAt, long Version, CustomerResponse? Customer = null, ShippingAddressResponse? ShippingAddress = null,
    long? RefundedMinor = null, IReadOnlyList<OrderReturnResponse>? Returns = null)
{
    public static OrderResponse Of(Order.Accepted order, long version) => new(
        order.Terms.OrderId, OrderStatus.Of(order), ReasonOf(order), order.Terms.CustomerId, OrderLineResponse.Of(order), order.Terms.Currency,
        order.Terms.TotalMinor, order.Terms.PlacedAt, (order as Order.Ended)?.EndedAt, version,
        RefundedMinor: order.Returns.Count == 0 ? null : order.Returns.Where(back => back.CompletedAt is not null).Sum(back => back.RefundMinor),
        Returns: order.Returns.Count == 0 ? null : [.. order.Returns.Select(back => OrderReturnResponse.Of(back, order))]);

    public string ToJson() => JsonSerializer.Serialize(this, OrderingHttpJson.Default.OrderResponse);

    private static string? ReasonOf(Order.Accepted order) => order switch
    {
        Order.Rejected rejected => rejected.Reason,
        Order.Cancelled cancelled => cancelled.Reason,
        _ => null,
    };
}

/// <summary>One line at its frozen price.</summary>
/// <param name="ReturnedQuantity">Units that went back or are on their way; absent when none are.</param>
public sealed record OrderLineResponse(string Sku, int Quantity, long UnitPriceMinor, long LineTotalMinor, int? ReturnedQuantity = null)
{
    public static IReadOnlyList<OrderLineResponse> Of(Order.Accepted order) =>
        Of(order.Terms.Lines, order.Returns.Count == 0 ? null : OrderReturnDecider.ReturnedByLine(order));

    public static IReadOnlyList<OrderLineResponse> Of(IReadOnlyList<OrderEvent.Line> lines, int[]? returned = null)
    {
        var responses = new OrderLineResponse[lines.Count];
        for (var i = 0; i < responses.Length; i++)
        {
            responses[i] = new(
                lines[i].Sku, lines[i].Quantity, lines[i].UnitPriceMinor, checked(lines[i].Quantity * lines[i].UnitPriceMinor), returned?[i] is > 0 and var units ? units : null);
        }

        return responses;
    }
}

/// <summary>A return of some units.</summary>
/// <param name="Status">requested, completed, or cancelled when it went under in the cancellation of the whole order.</param>
public sealed record OrderReturnResponse(
    Guid ReturnId, string Status, IReadOnlyList<ReturnedLineResponse> Lines, long RefundMinor, string Reason, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt)
{
    public static OrderReturnResponse Of(OrderReturn back, Order.Accepted order) => new(
        back.ReturnId, back.CompletedAt is not null ? "completed" : order is Order.Cancelled ? "cancelled" : "requested", ReturnedLineResponse.Of(back.Lines),
        back.RefundMinor, back.Reason, back.RequestedAt, back.CompletedAt);
}

/// <param name="RefundMinor">Their price, in minor units.</param>
public sealed record ReturnedLineResponse(string Sku, int Quantity, long RefundMinor)
{
    public static IReadOnlyList<ReturnedLineResponse> Of(IReadOnlyList<OrderEvent.ReturnedLine> lines) =>
        [.. lines.Select(line => new ReturnedLineResponse(line.Sku, line.Quantity, line.Quantity * line.UnitPriceMinor))];
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
[JsonSerializable(typeof(ReturnOrderRequest))]
[JsonSerializable(typeof(ReturnAcceptedResponse))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(QuoteResponse))]
[JsonSerializable(typeof(OrderListResponse))]
[JsonSerializable(typeof(OrderTotalsResponse))]
[JsonSerializable(typeof(OrderHistoryResponse))]
[JsonSerializable(typeof(ErasureResponse))]
[JsonSerializable(typeof(CustomerErasurePage))]
internal sealed partial class OrderingHttpJson : JsonSerializerContext;
