using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Scheduling;
using Shop.EventSourcing;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.Consuming;

/// <summary>
/// What a handler sees: whatever it publishes, sends or schedules, through whichever of MassTransit's interfaces, becomes a
/// row of the unit of work and leaves after its commit.
/// </summary>
internal sealed class UnitOfWorkConsumeContext<TMessage> : OutboxConsumeContextProxy<TMessage>
    where TMessage : class
{
    private readonly UnitOfWork unit;
    private readonly OutboxSerializer serializer;

    public UnitOfWorkConsumeContext(
        ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider provider, UnitOfWork unit, OutboxSerializer serializer)
        : base(context, options, provider)
    {
        this.unit = unit;
        this.serializer = serializer;
        AddOrUpdatePayload(() => unit, _ => unit);
        MessageSchedulerContext scheduler = new ConsumeMessageSchedulerContext(
            this, consumeContext => new MessageScheduler(new OutboxScheduleProvider(consumeContext, unit), consumeContext.GetPayload<IBusTopology>()));
        AddOrUpdatePayload(() => scheduler, _ => scheduler);
    }

    public override bool ContinueProcessing { get; set; }

    public override bool IsMessageConsumed => false;

    public override bool IsOutboxDelivered => false;

    public override int ReceiveCount => 1;

    public override long? LastSequenceNumber => null;

    public override Task AddSend<T>(SendContext<T> context)
    {
        unit.Send(serializer.Serialize(context));
        return Task.CompletedTask;
    }

    /// <summary>It may be handled again; what is not is parked, visibly.</summary>
    public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) => Task.CompletedTask;

    public override Task SetConsumed() => Task.CompletedTask;

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => Task.FromResult(new List<OutboxMessageContext>());

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
