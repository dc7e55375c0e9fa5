using MassTransit;
using MassTransit.Middleware;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.Consuming;

/// <summary>
/// One message, one unit of work, one commit: inbox entry, events, rows and outgoing messages together. A conflict runs the
/// handler again with a new one; a message handled before changes nothing.
/// </summary>
internal sealed class UnitOfWorkContextFactory<TModule>(
    EventStore<TModule> store, OutboxSerializer serializer, TimeProvider clock, IServiceProvider provider) : IOutboxContextFactory<EventStore<TModule>>
    where TModule : class
{
    /// <summary>What fails for another reason than a conflict may be about to pass; then it is parked.</summary>
    private static readonly TimeSpan[] FailurePauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    public async Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var messageId = context.MessageId ?? throw new MessageException(typeof(T), "The message has no id, so that a repeat could not be recognised.");
        var inbox = new InboxEntry(context.ReceiveContext.InputAddress.QueueName(), messageId, clock.GetUtcNow());
        var failures = 0;
        for (var attempt = 1; ; attempt++)
        {
            var unit = store.Begin(new(messageId), inbox);
            try
            {
                await next.Send(new UnitOfWorkConsumeContext<T>(context, options, provider, unit, serializer));
                await unit.CommitAsync(context.CancellationToken);
                return;
            }
            catch (Exception error)
            {
                if (await unit.RetriesAsync(error, attempt, context.CancellationToken))
                    continue;
                if (failures == FailurePauses.Length || error is OperationCanceledException)
                    throw;
                await Task.Delay(FailurePauses[failures++], clock, context.CancellationToken);
                attempt = 0;
            }
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unitOfWork").Add("store", store.Name);
}
