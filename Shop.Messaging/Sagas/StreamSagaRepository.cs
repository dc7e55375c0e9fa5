using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Shop.EventSourcing;

namespace Shop.Messaging.Sagas;

/// <summary>Loads and saves saga instances in the unit of work of the message being handled.</summary>
internal sealed class StreamSagaRepositoryContextFactory<TSaga>(SagaStreams<TSaga> streams) : ISagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next) where T : class
    {
        var correlationId = context.CorrelationId
            ?? throw new SagaException("The message is not correlated to a saga.", typeof(TSaga), typeof(T));
        using var held = await streams.LockAsync(correlationId, context.CancellationToken);
        await next.Send(new StreamSagaRepositoryContext<TSaga, T>(context, streams));
    }

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next) where T : class =>
        throw new NotSupportedException("Correlate saga messages by id: the store finds instances by their stream, not by a query.");

    public void Probe(ProbeContext context) => context.Add("persistence", "stream");
}

internal sealed class StreamSagaConsumeContextFactory<TSaga> : ISagaConsumeContextFactory<SagaStreams<TSaga>, TSaga>
    where TSaga : class, ISaga
{
    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        SagaStreams<TSaga> context, ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode) where T : class =>
        Task.FromResult<SagaConsumeContext<TSaga, T>>(new DefaultSagaConsumeContext<TSaga, T>(consumeContext, instance));
}

internal sealed class StreamSagaRepositoryContext<TSaga, TMessage>(ConsumeContext<TMessage> context, SagaStreams<TSaga> streams)
    : ConsumeContextScope<TMessage>(context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> context = context;
    private readonly UnitOfWork unit = context.UnitOfWork();
    private StreamHandle<SagaSnapshot, SagaTransitioned>? stream;
    private SagaSnapshot loaded = SagaSnapshot.None;

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        stream = await streams.LoadAsync(unit, correlationId, typeof(TMessage), context.CancellationToken);
        loaded = unit.Decide(() => stream.State);
        return streams.ToInstance(loaded) is { } instance ? new DefaultSagaConsumeContext<TSaga, TMessage>(context, instance) : null!;
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) =>
        await Load(instance.CorrelationId) is null ? new DefaultSagaConsumeContext<TSaga, TMessage>(context, instance) : null!;

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(new DefaultSagaConsumeContext<TSaga, TMessage>(context, instance));

    public Task Save(SagaConsumeContext<TSaga> context) => Update(context);

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        if (streams.Transition(loaded, context.Saga, typeof(TMessage).Name) is { } transition)
        {
            unit.Decide(() =>
            {
                stream!.Append(transition);
                return loaded = stream.State;
            });
        }

        return Task.CompletedTask;
    }

    /// <summary>A finalized saga keeps its stream: its history is the point of it.</summary>
    public Task Delete(SagaConsumeContext<TSaga> context) => Update(context);

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class => Task.FromResult<SagaConsumeContext<TSaga, T>>(new DefaultSagaConsumeContext<TSaga, T>(consumeContext, instance));
}
