using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Ordering;

/// <summary>A historical order with the prices at which it was sold then.</summary>
public sealed record ImportedOrder
{
    /// <summary>The importer's own name for it, such as file and invoice: the same reference is the same order, for ever.</summary>
    public required string Reference { get; init; }

    /// <summary>The customer, or null for a guest.</summary>
    public string? CustomerId { get; init; }

    /// <summary>A SKU may stand on several lines.</summary>
    public required IReadOnlyList<OrderLine> Lines { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>Token of the payment method at the provider, such as <c>pm_card_visa</c>; never card data.</summary>
    public required string PaymentMethod { get; init; }
}

/// <summary>What the host may do in process and HTTP may not.</summary>
public sealed class Ordering(EventStore<OrderingModule> store, IMessageOutbox outbox, TimeProvider clock)
{
    /// <summary>Places an order at the given prices, once per <see cref="ImportedOrder.Reference"/>; again it has no effect.</summary>
    /// <returns>The order's id, the same each time.</returns>
    /// <exception cref="DomainException">The order breaks a rule that holds for every order.</exception>
    public async Task<Guid> PlaceImportedAsync(ImportedOrder order, CancellationToken cancellationToken = default)
    {
        var orderId = RequestIdentity.ImportedOrderId(order.Reference);
        var place = new OrderCommand.Place(
            orderId, order.CustomerId, [.. order.Lines.Select(line => new OrderEvent.Line(line.Sku, line.Quantity, line.UnitPriceMinor))],
            order.Currency, order.PaymentMethod, clock.GetUtcNow().TruncateToMicroseconds(), ImportReference: order.Reference);
        await store.ExecuteAsync(
            async unit =>
            {
                var handle = await unit.LoadAsync(Order.Aggregate, orderId, cancellationToken);
                var placed = unit.Decide(() =>
                {
                    var events = OrderDecider.Decide(place, handle.State);
                    handle.Append(events);
                    return events.OfType<OrderEvent.Placed>().SingleOrDefault();
                });
                if (placed is not null)
                    await outbox.PublishAsync(unit, OrderDecider.Announce(placed), cancellationToken);
                return placed is not null;
            },
            cancellationToken: cancellationToken);
        return orderId;
    }
}
