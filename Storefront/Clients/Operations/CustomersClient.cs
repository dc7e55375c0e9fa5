namespace Shop.Storefront.Clients.Operations;

public sealed record Erasure(string Subject, DateTimeOffset ErasedAt, string By, string Reason, int KeysDestroyed, bool Purged);

/// <summary>What the shop knows of a customer, and forgetting it.</summary>
public sealed class CustomersClient(ServiceCaller caller)
{
    public async Task<OrderPage> OrdersAsync(string customerId, string? after, CancellationToken cancellationToken) => await caller.GetAsync<OrderPage>(
        ServiceAddresses.Order, $"orders?limit=20&customer={Uri.EscapeDataString(customerId)}{(after is null ? "" : $"&after={after}")}", cancellationToken) ?? new([], null);

    /// <returns>Null when nothing was ever stored of this customer.</returns>
    public async Task<Erasure?> EraseAsync(string customerId, string by, string reason, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.SendAsync<Erasure>(
                ServiceAddresses.Order, HttpMethod.Post, $"customers/{Uri.EscapeDataString(customerId)}/erase", new { by, reason }, cancellationToken: cancellationToken);
        }
        catch (ServiceProblemException nothing) when (nothing.Problem.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
