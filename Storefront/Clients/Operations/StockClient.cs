using System.Globalization;
using System.Text.Json;

namespace Shop.Storefront.Clients.Operations;

public sealed record StockLevel(string Sku, long OnHand, long Reserved, long Available, long Received, long Sold, long Returned, long Adjusted, long Version);

public sealed record StockMovement(long Version, string Type, JsonElement Data, DateTimeOffset RecordedAt);

public sealed record StockMovements(IReadOnlyList<StockMovement> Items, long? Next);

/// <summary>What is in the warehouse.</summary>
public sealed class StockClient(ServiceCaller caller)
{
    /// <returns>Null when the product was never listed.</returns>
    public Task<StockLevel?> GetAsync(string sku, CancellationToken cancellationToken) =>
        caller.GetAsync<StockLevel>(ServiceAddresses.Inventory, $"stock/{Uri.EscapeDataString(sku)}", cancellationToken);

    /// <returns>The newest ones, the newest first.</returns>
    public async Task<IReadOnlyList<StockMovement>> MovementsAsync(StockLevel level, int limit, CancellationToken cancellationToken)
    {
        var page = await caller.GetAsync<StockMovements>(
            ServiceAddresses.Inventory,
            string.Create(CultureInfo.InvariantCulture, $"stock/{Uri.EscapeDataString(level.Sku)}/movements?after={Math.Max(level.Version - limit, 0)}&limit={limit}"), cancellationToken);
        return [.. (page?.Items ?? []).Reverse()];
    }

    /// <param name="reference">Of the delivery, so that it is booked once.</param>
    public Task<StockLevel> ReceiveAsync(string sku, int quantity, string? reference, string reason, string key, CancellationToken cancellationToken) => caller.SendAsync<StockLevel>(
        ServiceAddresses.Inventory, HttpMethod.Post, $"stock/{Uri.EscapeDataString(sku)}/receive", new { quantity, reference, reason }, key, cancellationToken);

    public Task<StockLevel> AdjustAsync(string sku, int delta, string reason, CancellationToken cancellationToken) => caller.SendAsync<StockLevel>(
        ServiceAddresses.Inventory, HttpMethod.Post, $"stock/{Uri.EscapeDataString(sku)}/adjust", new { delta, reason }, cancellationToken: cancellationToken);
}
