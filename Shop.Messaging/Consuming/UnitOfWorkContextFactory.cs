using MassTransit;
using MassTransit.Middleware;
using Shop.EventSourcing;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.Consuming;

/// <summary>Gives each message of a consumer or saga its unit of work, see <see cref="MessageAttempts"/>.</summary>
internal sealed class UnitOfWorkContextFactory<TModule>(
    EventStore<TModule> store, MessageAttempts attempts, OutboxSerializer serializer, IServiceProvider provider) : IOutboxContextFactory<EventStore<TModule>>
    where TModule : class
{
    public Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var messageId = context.MessageId ?? throw new MessageException(typeof(T), "The message has no id, so that a repeat could not be recognised.");
        OutboxTrace.Receive(context.ReceiveContext);
        return attempts.RunAsync(
            store, new Received<T>(context.ReceiveContext.InputAddress.QueueName(), messageId, context.Message, context.ReceiveContext.Redelivered),
            unit => next.Send(new UnitOfWorkConsumeContext<T>(context, options, provider, unit, serializer)), context.CancellationToken);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unitOfWork").Add("store", store.Name);
}
