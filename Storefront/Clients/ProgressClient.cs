namespace Shop.Storefront.Clients;

/// <summary>Where an order stands.</summary>
/// <param name="Step">placed, reserved, authorized, confirming, completing, confirmed, cancelling, compensating, closing, rejected or cancelled.</param>
/// <param name="Stock">What Inventory last said, such as <c>reserved</c>.</param>
/// <param name="Payment">What Payment last said, such as <c>authorized</c>.</param>
/// <param name="Ended">True on the last one.</param>
public sealed record OrderProgress(Guid OrderId, string Step, string Stock, string Payment, int Attempts, string? Reason, DateTimeOffset At, bool Ended, long Version);

/// <summary>Follows an order as its saga moves.</summary>
public sealed class ProgressClient(ServiceCaller caller)
{
    /// <summary>Every step so far and each new one when it happens; ends with the order.</summary>
    public IAsyncEnumerable<OrderProgress> FollowAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.StreamAsync<OrderProgress>(ServiceAddresses.Saga, $"sagas/{orderId:D}/progress", cancellationToken);
}
