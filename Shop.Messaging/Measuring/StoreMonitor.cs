using System.Collections.Concurrent;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;

namespace Shop.Messaging.Measuring;

/// <summary>How a store is doing.</summary>
/// <param name="Outbox">Messages that are due and not delivered; 100,000 stands for that many and more.</param>
/// <param name="OutboxAge">How long the oldest of them has been due.</param>
/// <param name="Parked">Messages that could not be handled.</param>
public sealed record StoreStatus(string Store, DateTimeOffset At, long Outbox, TimeSpan OutboxAge, long Parked, IReadOnlyList<ProjectionLag> Projections);

/// <summary>How far an asynchronous projection is behind the log.</summary>
/// <param name="Events">Events that it has not applied yet.</param>
/// <param name="Time">How long the oldest of them has been waiting.</param>
public sealed record ProjectionLag(string Projection, long Events, TimeSpan Time);

/// <summary>Asks the stores of this process how they are doing, for gauges and health checks alike.</summary>
public sealed class StoreMonitor(IEnumerable<EventStore> stores, IEnumerable<StoreDefinition> definitions, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, IReadOnlyList<IAsyncProjection>> projections =
        definitions.ToDictionary(definition => definition.Name, definition => definition.AsyncProjections);

    private readonly ConcurrentDictionary<string, StoreStatus> known = new(StringComparer.Ordinal);

    public IReadOnlyList<EventStore> Stores { get; } = [.. stores];

    /// <summary>The status of a store, at most two seconds old.</summary>
    /// <exception cref="Exception">The database's; it cannot be reached.</exception>
    public async Task<StoreStatus> ReadAsync(EventStore store, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (known.TryGetValue(store.Name, out var last) && now - last.At < FreshFor)
            return last;
        var outbox = await store.Engine.ReadOutboxStatusAsync(now, cancellationToken);
        var lags = new List<ProjectionLag>();
        foreach (var projection in projections.GetValueOrDefault(store.Name, []))
            lags.Add(await ReadLagAsync(store, projection.Name, now, cancellationToken));
        return known[store.Name] = new(store.Name, now, outbox.Waiting, Since(outbox.OldestSince, now), outbox.Parked, lags);
    }

    private static async Task<ProjectionLag> ReadLagAsync(EventStore store, string projection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var checkpoint = await store.Engine.ReadCheckpointAsync(projection, cancellationToken);
        var next = await store.Engine.ReadLogAsync(checkpoint, limit: 1, cancellationToken);
        return next.Count == 0
            ? new(projection, 0, TimeSpan.Zero)
            : new(projection, await store.Engine.ReadHeadAsync(cancellationToken) - checkpoint, Since(next[0].RecordedAt, now));
    }

    private static TimeSpan Since(DateTimeOffset? then, DateTimeOffset now) => then < now ? now - then.Value : TimeSpan.Zero;
}
