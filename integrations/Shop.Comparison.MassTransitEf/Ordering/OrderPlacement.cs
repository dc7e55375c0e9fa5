using System.Security.Cryptography;
using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Contracts;

namespace Shop.Comparison.Ordering;

/// <param name="Order">New, or the one that the key has placed before.</param>
/// <param name="End">Is done when the order has ended.</param>
internal sealed record Placement(Order Order, Task<OrderEnding> End);

/// <summary>Writes an order, and the message that starts its saga, in one transaction.</summary>
internal sealed class OrderPlacement(IServiceScopeFactory scopes, OrderWaits waits, TimeProvider clock)
{
    /// <summary>
    /// In a scope of its own, not the request's: the bus outbox tells its delivery of new messages when the scope ends, and the
    /// request goes on until the order has ended.
    /// </summary>
    /// <returns>The order, or why there is none.</returns>
    public async Task<(Placement? Placement, string? Refusal)> PlaceAsync(string key, PlaceOrderRequest request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        var hash = Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
        var (order, refusal) = await PriceAsync(db, key, hash, request, cancellationToken);
        if (order is null)
            return (null, refusal);

        var end = waits.EndOf(order.Id);
        db.Orders.Add(order);
        await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(Announce(order), cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return (new(order, end), null);
        }
        catch (DbUpdateException error) when (error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            waits.Forget(order.Id);
            return await FindAsync(request.CustomerId, key, hash, cancellationToken);
        }
    }

    private async Task<(Placement? Placement, string? Refusal)> FindAsync(string? customerId, string key, string hash, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var orders = scope.ServiceProvider.GetRequiredService<ShopDb>().Orders.AsNoTracking();
        var order = await orders.SingleAsync(known => known.CustomerId == customerId && known.IdempotencyKey == key, cancellationToken);
        if (order.BodyHash != hash)
            return (null, "Another order was placed under this Idempotency-Key. Give each checkout a key of its own.");
        if (order.Status != OrderStatus.Placed)
            return (new(order, Task.FromResult(new OrderEnding(order.Status, order.Reason))), null);

        var end = waits.EndOf(order.Id);
        order = await orders.SingleAsync(known => known.Id == order.Id, cancellationToken);
        if (order.Status != OrderStatus.Placed)
            waits.Tell(order.Id, new(order.Status, order.Reason));
        return (new(order, end), null);
    }

    private async Task<(Order? Order, string? Refusal)> PriceAsync(ShopDb db, string key, string hash, PlaceOrderRequest request, CancellationToken cancellationToken)
    {
        var skus = request.Lines.Select(line => line.Sku).ToArray();
        var quotes = await db.Quotes.AsNoTracking().Where(quote => skus.Contains(quote.Sku)).ToDictionaryAsync(quote => quote.Sku, cancellationToken);
        if (skus.FirstOrDefault(sku => !quotes.ContainsKey(sku)) is { } unknown)
            return (null, $"There is no product {unknown}.");
        var currency = request.Currency ?? quotes[skus[0]].Currency;
        if (quotes.Values.FirstOrDefault(quote => quote.Currency != currency) is { } other)
            return (null, $"{other.Sku} is sold in {other.Currency}, the order asks for {currency}.");

        var now = clock.GetUtcNow();
        var lines = request.Lines.Select(line => new PlacedLine { Sku = line.Sku, Quantity = line.Quantity, UnitPriceMinor = quotes[line.Sku].UnitPriceMinor }).ToList();
        return (new Order
        {
            Id = Guid.CreateVersion7(now),
            CustomerId = request.CustomerId,
            IdempotencyKey = key,
            BodyHash = hash,
            Currency = currency,
            TotalMinor = lines.Sum(line => line.Quantity * line.UnitPriceMinor),
            PaymentMethod = request.PaymentMethod,
            PlacedAt = now,
            Lines = lines,
        }, null);
    }

    private static OrderPlaced Announce(Order order) => new()
    {
        OrderId = order.Id,
        CustomerId = order.CustomerId,
        Lines = [.. order.Lines.Select(line => new OrderLine { Sku = line.Sku, Quantity = line.Quantity, UnitPriceMinor = line.UnitPriceMinor })],
        Currency = order.Currency,
        TotalMinor = order.TotalMinor,
        PaymentMethod = order.PaymentMethod,
        PlacedAt = order.PlacedAt,
    };
}
