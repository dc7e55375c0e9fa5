using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.Messaging.Measuring;

namespace Shop.Orchestration;

/// <summary>How long sagas take and where they stand, on the meter <c>Shop.Orders</c>.</summary>
internal sealed class OrderSagaMetrics : IPeriodicMeasurement, IStateObserver<OrderSaga>
{
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(30);
    private static readonly string[] EndStates = ["confirmed", "rejected", "cancelled"];
    private static readonly string[] StatesUnderWay = [.. OrderSagaRow.States.Except(EndStates)];
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
    };

    private readonly EventStore<OrchestrationModule> store;
    private readonly TimeProvider clock;
    private readonly Histogram<double> duration;
    private readonly Instrument[] gauges;
    private volatile Standing? standing;

    public OrderSagaMetrics(OrderStateMachine machine, EventStore<OrchestrationModule> store, OrderTally tally, IMeterFactory meters, TimeProvider clock)
    {
        this.store = store;
        this.clock = clock;
        var meter = meters.Create("Shop.Orders");
        duration = meter.CreateHistogram("shop.saga.duration", "s", "From the placing of an order to the end of its saga.", tags: null, Seconds);
        gauges =
        [
            meter.CreateObservableGauge("shop.saga.active", Active, "{saga}", "Sagas that have not ended, by state."),
            meter.CreateObservableGauge("shop.saga.needing_attention", NeedingAttention, "{saga}", "Sagas whose step keeps failing."),
        ];
        machine.ConnectStateObserver(this);
        store.Follow(OrderSagas.Streams.Aggregate, tally.Count);
    }

    public bool IsWanted => gauges.Any(gauge => gauge.Enabled);

    /// <summary>Sagas under way are few however many there have been, and both questions have an index.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        var byState = await models.Query<OrderSagaRow>().Where(row => StatesUnderWay.Contains(row.State))
            .GroupBy(row => row.State).Select(state => new { state.Key, Count = state.LongCount() })
            .ToDictionaryAsync(state => state.Key, state => state.Count, cancellationToken);
        var needingAttention = await models.Query<OrderSagaRow>().LongCountAsync(row => row.NeedsAttention, cancellationToken);
        standing = new(clock.GetUtcNow(), byState, needingAttention);
    }

    public Task StateChanged(BehaviorContext<OrderSaga> context, State currentState, State? previousState)
    {
        // An order that comes back from a return had ended before.
        if (previousState?.Name != nameof(OrderStateMachine.Recording) && context.Saga.DurationSeconds is { } seconds && context.TryGetPayload<UnitOfWork>(out var unit))
        {
            var outcome = currentState.Name.ToLowerInvariant();
            unit.AfterCommit(() => duration.Record(seconds, new KeyValuePair<string, object?>("outcome", outcome)));
        }

        return Task.CompletedTask;
    }

    private IEnumerable<Measurement<long>> Active() => Trusted() is { } known
        ? StatesUnderWay.Select(state => new Measurement<long>(known.ByState.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state)))
        : [];

    private IEnumerable<Measurement<long>> NeedingAttention() => Trusted() is { } known ? [new(known.NeedingAttention)] : [];

    private Standing? Trusted() => standing is { } known && clock.GetUtcNow() - known.At < TrustedFor ? known : null;

    private sealed record Standing(DateTimeOffset At, IReadOnlyDictionary<string, long> ByState, long NeedingAttention);
}
