using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>Lets requests wait for a stream, but not into a shutdown: then the time counts as run out.</summary>
public sealed class OrderWaits(EventStore<OrderingModule> store, IHostApplicationLifetime lifetime)
{
    public async Task<TState> WaitForAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        using var untilStopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await store.WaitForAsync(aggregate, id, condition, timeout, untilStopping.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (await store.ReadAsync(aggregate, id, cancellationToken)).State;
        }
    }
}
