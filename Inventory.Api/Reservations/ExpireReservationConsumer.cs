using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>Inventory's message to itself: a lease has run out.</summary>
public sealed record ExpireReservation
{
    public required Guid OrderId { get; init; }

    /// <summary>Fencing token: only this lease expires.</summary>
    public required int LeaseNumber { get; init; }
}

/// <summary>Releases what nobody confirmed in time.</summary>
public sealed class ExpireReservationConsumer(TimeProvider clock) : IConsumer<ExpireReservation>
{
    public async Task Consume(ConsumeContext<ExpireReservation> context)
    {
        var (orderId, now) = (context.Message.OrderId, clock.GetUtcNow());
        var command = new ReservationCommand.Expire(context.Message.LeaseNumber, now);
        var outcome = await context.UnitOfWork().DecideAsync(orderId, command, context.CancellationToken);

        // Sent by a process whose clock is ahead of this one's: without another message the units would be held forever.
        if (outcome.State is Reservation.Held held && held.Lease.Number == context.Message.LeaseNumber)
            await context.ScheduleExpiryAsync(orderId, held.Lease, Guid.CreateVersion7(now));
    }
}

internal static class LeaseExpiry
{
    /// <param name="expiryId">Id of the message, with which it is taken back.</param>
    public static Task ScheduleExpiryAsync(this ConsumeContext context, Guid orderId, Lease lease, Guid expiryId) => context.ScheduleSend(
        new Uri($"queue:{Queues.Inventory}"), lease.ExpiresAt.UtcDateTime,
        new ExpireReservation { OrderId = orderId, LeaseNumber = lease.Number },
        Pipe.Execute<SendContext<ExpireReservation>>(send => send.ScheduledMessageId = expiryId), context.CancellationToken);
}
