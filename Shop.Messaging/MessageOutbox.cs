using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Shop.EventSourcing;
using Shop.Messaging.Delivery;

namespace Shop.Messaging;

internal sealed class MessageOutbox(IBus bus, OutboxSerializer serializer, IServiceProvider provider) : IMessageOutbox
{
    public Task PublishAsync<T>(UnitOfWork unit, T message, CancellationToken cancellationToken) where T : class =>
        new PublishEndpoint(new OutboxPublishEndpointProvider(new Sink(unit, serializer, provider), bus)).Publish((object)message, cancellationToken);

    public async Task SendAsync<T>(UnitOfWork unit, string queue, T message, CancellationToken cancellationToken) where T : class =>
        await (await EndpointAsync(unit, queue)).Send(message, cancellationToken);

    public async Task<Guid> ScheduleAsync<T>(UnitOfWork unit, string queue, T message, DateTimeOffset dueAt, CancellationToken cancellationToken)
        where T : class
    {
        var id = Guid.CreateVersion7(dueAt);
        var due = new OutboxSerializer.DueTime(dueAt);
        await (await EndpointAsync(unit, queue)).Send(
            message,
            Pipe.New<SendContext<T>>(pipe => pipe.UseExecute(context =>
            {
                context.ScheduledMessageId = id;
                context.AddOrUpdatePayload(() => due, _ => due);
            })),
            cancellationToken);
        return id;
    }

    private Task<ISendEndpoint> EndpointAsync(UnitOfWork unit, string queue) =>
        new OutboxSendEndpointProvider(new Sink(unit, serializer, provider), bus).GetSendEndpoint(new($"queue:{queue}"));

    private sealed class Sink(UnitOfWork unit, OutboxSerializer serializer, IServiceProvider provider) : OutboxSendContext
    {
        public Task AddSend<T>(SendContext<T> context) where T : class
        {
            unit.Send(serializer.Serialize(context));
            return Task.CompletedTask;
        }

        public object? GetService(Type serviceType) => provider.GetService(serviceType);
    }
}
