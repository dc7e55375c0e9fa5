using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>Try: holds all lines or none, and schedules the end of the lease.</summary>
public sealed class ReserveStockConsumer(TimeProvider clock) : IConsumer<ReserveStock>
{
    public async Task Consume(ConsumeContext<ReserveStock> context)
    {
        var message = context.Message;
        var now = clock.GetUtcNow().TruncateToMicroseconds();
        var command = new ReservationCommand.Reserve(
            message.OrderId, [.. message.Lines.Select(line => new ReservedLine(line.Sku, line.Quantity))],
            now.AddSeconds(message.LeaseSeconds), ExpiryId: Guid.CreateVersion7(now));

        var outcome = await context.UnitOfWork().DecideAsync(message.OrderId, command, context.CancellationToken);

        if (outcome is { Events: [ReservationEvent.Held], State: Reservation.Held held })
            await context.ScheduleExpiryAsync(message.OrderId, held.Lease, held.Lease.ExpiryId);
        await context.Publish(ReservationReplies.ToReserve(message.OrderId, outcome.State));
    }
}
