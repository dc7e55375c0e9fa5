using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging;

namespace Shop.Orchestration;

/// <summary>
/// A saga that waits has a scheduled deadline, which sends its commands again. Should that message be lost or parked, the saga would
/// wait for ever: then the watchdog has the commands sent again. Whoever gets one twice answers with what it did.
/// </summary>
public static class SagaWatchdog
{
    public const string Name = "saga-watchdog";

    private const int BatchSize = 100;
    private const int MostPerRun = 1_000;

    /// <summary>A deadline that has just come due is on its way to the saga.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);
    private static readonly string[] StatesUnderWay = [.. OrderSagaRow.States.Except(["confirmed", "rejected", "cancelled"])];

    public static JobDefinition Define(IServiceProvider provider) => new()
    {
        Name = Name,
        Description = "Finds sagas that wait and have no deadline any more, and has their unanswered commands sent again.",
        Store = OrderSagas.Store.Name,
        Schedule = JobSchedule.Every(TimeSpan.FromMinutes(5)),
        RunAsync = (context, cancellationToken) => RunAsync(
            context, provider.GetRequiredService<EventStore<OrchestrationModule>>(), provider.GetRequiredService<IMessageOutbox>(),
            provider.GetRequiredService<TimeProvider>().GetUtcNow() - Grace, cancellationToken),
    };

    private static async Task RunAsync(
        JobContext context, EventStore<OrchestrationModule> store, IMessageOutbox outbox, DateTimeOffset unchangedSince, CancellationToken cancellationToken)
    {
        var (looked, retried, after) = (0, 0, Guid.Empty);
        while (looked < MostPerRun && await ReadAsync(store, unchangedSince, after, cancellationToken) is [.., var last] batch)
        {
            await context.StillOursAsync(cancellationToken);
            foreach (var (orderId, state) in await FindStuckAsync(store, batch, cancellationToken))
            {
                await store.ExecuteAsync(
                    async unit =>
                    {
                        var saga = await unit.LoadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
                        if (unit.Decide(() => saga.State.State) is { } now && OrderSagaPolicy.IsWaiting(now))
                            await outbox.SendAsync(unit, Queues.OrderSaga, new RetryOrderSaga { OrderId = orderId }, cancellationToken);
                        return true;
                    },
                    cancellationToken: cancellationToken);
                retried++;
                context.Warn($"Order {orderId:D}: its saga is {state} and had no deadline; its commands are sent again.");
            }

            (looked, after) = (looked + batch.Count, last);
        }

        context.Summary = string.Create(CultureInfo.InvariantCulture, $"{looked} waiting sagas looked at, {retried} without a deadline retried");
    }

    private static async Task<List<Guid>> ReadAsync(EventStore<OrchestrationModule> store, DateTimeOffset unchangedSince, Guid after, CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        return await models.Query<OrderSagaRow>()
            .Where(row => StatesUnderWay.Contains(row.State) && row.UpdatedAt < unchangedSince && row.OrderId > after)
            .OrderBy(row => row.OrderId).Select(row => row.OrderId).Take(BatchSize).ToListAsync(cancellationToken);
    }

    /// <summary>Those whose deadline is not in the outbox, neither before their state was read nor after.</summary>
    private static async Task<List<(Guid OrderId, string State)>> FindStuckAsync(
        EventStore<OrchestrationModule> store, IReadOnlyList<Guid> orders, CancellationToken cancellationToken)
    {
        var deadlines = new Dictionary<Guid, (Guid? Deadline, string State)>();
        foreach (var orderId in orders)
        {
            var (snapshot, _) = await store.ReadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
            if (OrderSagas.Streams.ToInstance(snapshot) is { } saga && OrderSagaPolicy.IsWaiting(saga.CurrentState))
                deadlines[orderId] = (saga.DeadlineTokenId, saga.CurrentState.ToLowerInvariant());
        }

        var pending = await store.Engine.FindOutboxAsync([.. deadlines.Values.Select(waiting => waiting.Deadline).OfType<Guid>()], cancellationToken);
        return [.. deadlines.Where(waiting => waiting.Value.Deadline is not { } token || !pending.Contains(token)).Select(waiting => (waiting.Key, waiting.Value.State))];
    }
}
