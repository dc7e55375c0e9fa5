using MassTransit;
using MassTransit.Scheduling;
using Shop.EventSourcing;

namespace Shop.Messaging.Delivery;

/// <summary>
/// MassTransit's message scheduler on the outbox: a scheduled message is a row with a due time, in the same commit as the
/// state; taking it back deletes the row. The token is the message id.
/// </summary>
internal sealed class OutboxScheduleProvider(ISendEndpointProvider endpoints, UnitOfWork unit) : IScheduleMessageProvider
{
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        var token = ScheduleTokenIdCache<T>.GetTokenId(message, Guid.CreateVersion7());
        var endpoint = await endpoints.GetSendEndpoint(destinationAddress);
        await endpoint.Send(message, new DuePipe<T>(pipe, token, scheduledTime), cancellationToken);
        return new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        unit.CancelScheduled(tokenId);
        return Task.CompletedTask;
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);

    private sealed class DuePipe<T>(IPipe<SendContext<T>> inner, Guid token, DateTime dueAt) : IPipe<SendContext<T>> where T : class
    {
        public Task Send(SendContext<T> context)
        {
            context.ScheduledMessageId = token;
            var due = new OutboxSerializer.DueTime(new DateTimeOffset(dueAt.ToUniversalTime(), TimeSpan.Zero));
            context.AddOrUpdatePayload(() => due, _ => due);
            return inner is null ? Task.CompletedTask : inner.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateScope("due");
    }
}
