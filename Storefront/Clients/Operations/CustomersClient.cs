namespace Shop.Storefront.Clients.Operations;

/// <param name="KeysDestroyed">0: no order ever held anything of this customer.</param>
public sealed record Erasure(string Subject, DateTimeOffset ErasedAt, string By, string Reason, int KeysDestroyed, bool Purged);

/// <summary>What the shop knows of a customer, and forgetting it.</summary>
public sealed class CustomersClient(ServiceCaller caller)
{
    public async Task<OrderPage> OrdersAsync(string customerId, string? after, int limit, CancellationToken cancellationToken) => await caller.GetAsync<OrderPage>(
        ServiceAddresses.Order, $"orders?limit={limit}&customer={Uri.EscapeDataString(customerId)}{(after is null ? "" : $"&after={after}")}", cancellationToken) ?? new([], null);

    /// <param name="by">Who asks; stored for ever beside the erasure.</param>
    public Task<Erasure> EraseAsync(string customerId, string by, string reason, CancellationToken cancellationToken) => caller.SendAsync<Erasure>(
        ServiceAddresses.Order, HttpMethod.Post, $"customers/{Uri.EscapeDataString(customerId)}/erase", new { by, reason }, cancellationToken: cancellationToken);
}
