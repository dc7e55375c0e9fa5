using Shop.EventSourcing;
using Shop.Messaging;

namespace Shop.Host;

/// <summary>Knows when nothing is under way any more.</summary>
public static class Quiet
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until all outboxes are empty and all read models have caught up.</summary>
    public static async Task WaitAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        var stores = services.GetServices<EventStore>().ToArray();
        var projections = services.GetServices<StoreDefinition>().ToDictionary(definition => definition.Name, definition => definition.AsyncProjections);
        while (!await IsQuietAsync())
            await Task.Delay(Pause, cancellationToken);

        async Task<bool> IsQuietAsync()
        {
            foreach (var store in stores)
            {
                if ((await store.Engine.ReadOutboxAsync(1, cancellationToken)).Count > 0)
                    return false;
                foreach (var projection in projections[store.Name])
                {
                    if (await store.Engine.ReadCheckpointAsync(projection.Name, cancellationToken) < await store.Engine.ReadHeadAsync(cancellationToken))
                        return false;
                }
            }

            return true;
        }
    }
}
