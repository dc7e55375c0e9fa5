using MassTransit;
using MassTransit.Context;
using MassTransit.Mediator;
using MassTransit.Scheduling;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The state machine on MassTransit's mediator and in-memory repository: what it sends and schedules is only noted.</summary>
internal sealed class SagaRig
{
    private readonly InMemorySagaRepository<OrderSaga> sagas = new();
    private readonly IMediator mediator;
    private readonly List<object> sent = [];
    private readonly Dictionary<Guid, DateTimeOffset> scheduled = [];

    public SagaRig()
    {
        Machine = new(Options.Create(new OrderSagaOptions()), Clock);
        mediator = Bus.Factory.CreateMediator(configurator =>
        {
            configurator.UseExecute(context => context.GetOrAddPayload<MessageSchedulerContext>(() =>
                new ConsumeMessageSchedulerContext(context, _ => new MessageScheduler(new NotedSchedule(scheduled), null))));
            configurator.StateMachineSaga(Machine, sagas);
            Note<ReserveStock>(configurator);
            Note<ConfirmStock>(configurator);
            Note<CancelStock>(configurator);
            Note<ReturnStock>(configurator);
            Note<AuthorizePayment>(configurator);
            Note<CapturePayment>(configurator);
            Note<VoidPayment>(configurator);
            Note<RefundPayment>(configurator);
            Note<ConfirmOrder>(configurator);
            Note<RejectOrder>(configurator);
            Note<CancelOrder>(configurator);
            Note<ReturnStockLines>(configurator);
            Note<RefundPaymentPart>(configurator);
            Note<CompleteOrderReturn>(configurator);
        });
    }

    public OrderStateMachine Machine { get; }

    public ManualClock Clock { get; } = new();

    /// <summary>Hands a message to the saga.</summary>
    /// <returns>The commands that it sent because of it.</returns>
    public async Task<IReadOnlyList<object>> TellAsync(object message)
    {
        sent.Clear();
        await mediator.Send(message);
        return [.. sent];
    }

    /// <summary>Lets the saga's scheduled message come, as the outbox would.</summary>
    public async Task<IReadOnlyList<object>> TimeOutAsync(Guid orderId)
    {
        var token = Find(orderId)!.DeadlineTokenId ?? throw new InvalidOperationException("The saga has no deadline.");
        Clock.AdvanceTo(scheduled[token]);
        scheduled.Remove(token);
        sent.Clear();
        await TellStaleDeadlineAsync(orderId, token);
        return [.. sent];
    }

    public Task TellStaleDeadlineAsync(Guid orderId, Guid token) => mediator.Send(
        new StepTimedOut { OrderId = orderId },
        Pipe.Execute<SendContext<StepTimedOut>>(context => context.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"))));

    public OrderSaga? Find(Guid orderId) => sagas[orderId]?.Instance;

    public string? StateOf(Guid orderId) => Find(orderId)?.CurrentState;

    /// <summary>When the saga's scheduled message is due, or null when there is none.</summary>
    public DateTimeOffset? DeadlineOf(Guid orderId) =>
        Find(orderId)?.DeadlineTokenId is { } token && scheduled.TryGetValue(token, out var due) ? due : null;

    public int ScheduledCount => scheduled.Count;

    private void Note<T>(IMediatorConfigurator configurator) where T : class => configurator.Handler<T>(context =>
    {
        sent.Add(context.Message);
        return Task.CompletedTask;
    });

    private sealed class NotedSchedule(Dictionary<Guid, DateTimeOffset> scheduled) : IScheduleMessageProvider
    {
        public Task<ScheduledMessage<T>> ScheduleSend<T>(
            Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken) where T : class
        {
            var token = Guid.CreateVersion7();
            scheduled.Add(token, scheduledTime);
            return Task.FromResult<ScheduledMessage<T>>(new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message));
        }

        public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
        {
            scheduled.Remove(tokenId);
            return Task.CompletedTask;
        }

        public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);
    }
}

internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan time) => now += time;

    public void AdvanceTo(DateTimeOffset instant) => now = instant > now ? instant : now;
}
