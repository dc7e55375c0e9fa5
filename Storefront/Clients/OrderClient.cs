namespace Shop.Storefront.Clients;

/// <param name="UnitPriceMinor">The price that was accepted, or in a checkout the price that the shopper saw.</param>
public sealed record OrderLine(string Sku, int Quantity, long UnitPriceMinor, long LineTotalMinor = 0, int? ReturnedQuantity = null);

public sealed record ReturnedLine(string Sku, int Quantity);

/// <param name="Status">requested, completed or cancelled.</param>
/// <param name="RefundMinor">What comes back for it, in minor units of the order's currency.</param>
public sealed record OrderReturn(Guid ReturnId, string Status, IReadOnlyList<ReturnedLine> Lines, long RefundMinor, DateTimeOffset RequestedAt);

public sealed record Address(string Recipient, IReadOnlyList<string> Lines, string City, string? PostalCode, string Country);

public sealed record Buyer(string Name, string Email);

/// <param name="Status">placed, confirmed, rejected or cancelled.</param>
public sealed record Order(
    Guid OrderId, string Status, string? Reason, IReadOnlyList<OrderLine> Lines, string Currency, long TotalMinor, DateTimeOffset PlacedAt,
    DateTimeOffset? EndedAt, long Version, Address? ShippingAddress, IReadOnlyList<OrderReturn>? Returns = null)
{
    public bool HasEnded => Status != OrderStatus.Placed;

    /// <summary>Something is on its way back and not refunded yet.</summary>
    public bool IsReturning => Returns?.Any(back => back.Status == "requested") == true;
}

public sealed record OrderSummary(Guid OrderId, string Status, string? Reason, int LineCount, string Currency, long TotalMinor, DateTimeOffset PlacedAt);

public sealed record OrderPage(IReadOnlyList<OrderSummary> Items, string? Next);

public sealed record OrderEvent(long Version, string Type, DateTimeOffset At);

public sealed record OrderHistory(IReadOnlyList<OrderEvent> Events);

/// <param name="PaymentMethod">The provider's token; no card data ever comes here.</param>
public sealed record Checkout(string Currency, string PaymentMethod, IReadOnlyList<OrderLine> Lines, Buyer Customer, Address ShippingAddress);

public static class OrderStatus
{
    public const string Placed = "placed";
    public const string Confirmed = "confirmed";
    public const string Rejected = "rejected";
    public const string Cancelled = "cancelled";
}

/// <summary>What Order.Api does for the one who is signed in.</summary>
public sealed class OrderClient(ServiceCaller caller)
{
    /// <param name="key">One for one checkout, the same when it is sent again.</param>
    public Task<Order> PlaceAsync(Checkout checkout, string key, CancellationToken cancellationToken = default) =>
        caller.SendAsync<Order>(ServiceAddresses.Order, HttpMethod.Post, "orders", checkout, key, cancellationToken);

    public Task<Order?> GetAsync(Guid orderId, CancellationToken cancellationToken = default) =>
        caller.GetAsync<Order>(ServiceAddresses.Order, $"orders/{orderId:D}", cancellationToken);

    public Task<OrderHistory?> HistoryAsync(Guid orderId, CancellationToken cancellationToken = default) =>
        caller.GetAsync<OrderHistory>(ServiceAddresses.Order, $"orders/{orderId:D}/history", cancellationToken);

    public async Task<OrderPage> ListAsync(string? after = null, int limit = 20, CancellationToken cancellationToken = default) =>
        await caller.GetAsync<OrderPage>(ServiceAddresses.Order, $"orders?limit={limit}{(after is null ? "" : $"&after={after}")}", cancellationToken) ?? new([], null);

    /// <param name="key">One for one return, the same when it is sent again.</param>
    public Task ReturnAsync(Guid orderId, IReadOnlyList<ReturnedLine> lines, string key, CancellationToken cancellationToken = default) =>
        caller.SendAsync(ServiceAddresses.Order, HttpMethod.Post, $"orders/{orderId:D}/returns", new { lines }, key, cancellationToken);

    public Task<Order> CancelAsync(Guid orderId, string reason, CancellationToken cancellationToken = default) =>
        caller.SendAsync<Order>(ServiceAddresses.Order, HttpMethod.Post, $"orders/{orderId:D}/cancel", new { reason }, cancellationToken: cancellationToken);
}
