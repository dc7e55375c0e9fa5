using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.ServiceDefaults;

namespace Shop.Orchestration;

/// <param name="UnderWay">Sagas that have not ended, by state.</param>
public sealed record SagasOverview(IReadOnlyDictionary<string, long> UnderWay, long NeedingAttention);

/// <summary>Sagas under way are few however many there have been, and both questions have an index.</summary>
internal sealed class SagaOverview(EventStore<OrchestrationModule> store) : IOverviewPart
{
    private static readonly string[] UnderWay = [.. OrderSagaRow.States.Except(["confirmed", "rejected", "cancelled"])];

    public string Name => "sagas";

    public async Task<object> ReadAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        var found = await models.Query<OrderSagaRow>().Where(row => UnderWay.Contains(row.State))
            .GroupBy(row => row.State).Select(state => new { state.Key, Count = state.LongCount() })
            .ToDictionaryAsync(state => state.Key, state => state.Count, cancellationToken);
        return new SagasOverview(
            UnderWay.ToDictionary(state => state, state => found.GetValueOrDefault(state)),
            await models.Query<OrderSagaRow>().LongCountAsync(row => row.NeedsAttention, cancellationToken));
    }
}

/// <inheritdoc cref="OrdersOverview"/>
internal sealed class EndedOrdersOverview(OrderTally tally) : IOverviewPart
{
    public string Name => "orders";

    public Task<object> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<object>(tally.Read());
}
