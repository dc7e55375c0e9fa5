using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Inventory;

/// <summary>All lines or none.</summary>
public sealed class ReserveStockConsumer(ShopDb db, TimeProvider clock) : IConsumer<ReserveStock>
{
    public async Task Consume(ConsumeContext<ReserveStock> context)
    {
        var reservation = await db.Reservations.FindAsync([context.Message.OrderId], context.CancellationToken);
        if (reservation is null)
        {
            reservation = await ReserveAsync(context.Message, context.CancellationToken);
            db.Reservations.Add(reservation);
        }

        await context.Publish(reservation.Reply());
    }

    private async Task<Reservation> ReserveAsync(ReserveStock command, CancellationToken cancellationToken)
    {
        var wanted = command.Lines.GroupBy(line => line.Sku).ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.Quantity));
        var stock = await db.LockStockAsync(wanted.Keys, cancellationToken);
        var missing = wanted.FirstOrDefault(line => !stock.TryGetValue(line.Key, out var item) || item.Available < line.Value);
        if (missing.Key is not null)
            return new() { OrderId = command.OrderId, Status = ReservationStatus.Rejected, Reason = $"Not enough of {missing.Key}." };

        foreach (var (sku, quantity) in wanted)
            stock[sku].Reserved += quantity;
        return new()
        {
            OrderId = command.OrderId,
            Status = ReservationStatus.Reserved,
            LeaseExpiresAt = clock.GetUtcNow().AddSeconds(command.LeaseSeconds),
            Lines = [.. wanted.Select(line => new ReservedLine { Sku = line.Key, Quantity = line.Value })],
        };
    }
}
