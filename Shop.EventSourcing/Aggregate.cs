using System.Runtime.CompilerServices;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// What the store must know of an aggregate: where its streams are, what it is before the first event, and how each event
/// changes it. States are immutable; <see cref="Evolve"/> is pure.
/// </summary>
/// <param name="Category">First part of the stream name: <c>order</c> gives <c>order-{id}</c>.</param>
public sealed record Aggregate<TState, TEvent>(string Category, TState Initial, Func<TState, TEvent, TState> Evolve, EventTypes Events) : IStreamFold, ISnapshotted
    where TState : class
    where TEvent : class
{
    private const int ReadBatch = 1_000;

    /// <summary>For streams that get long; null: none are taken.</summary>
    public SnapshotPolicy<TState>? Snapshots { get; init; }

    /// <summary>The name of the stream of one instance.</summary>
    public string Stream(string id) => $"{Category}-{id}";

    /// <summary>The name of the stream of one instance.</summary>
    public string Stream(Guid id) => $"{Category}-{id:D}";

    /// <summary>The state after these events.</summary>
    public TState Fold(IEnumerable<TEvent> events) => events.Aggregate(Initial, Evolve);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Snapshot> FindWrongSnapshotsAsync(
        IStorageEngine engine, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Snapshots is not { } policy)
            yield break;
        var prefix = Stream("");
        var after = prefix;
        while (await engine.ReadSnapshotsAsync(after, ReadBatch, cancellationToken) is [.., { Stream: var last }] batch)
        {
            foreach (var snapshot in batch)
            {
                if (!snapshot.Stream.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                var (state, version) = await FoldAsync(engine, snapshot.Stream, snapshot.Version, cancellationToken);
                if (version != snapshot.Version || !policy.Confirms(snapshot, state))
                    yield return snapshot;
            }

            after = last;
        }
    }

    private async Task<(TState State, long Version)> FoldAsync(IStorageEngine engine, string stream, long toVersion, CancellationToken cancellationToken)
    {
        var (state, version) = (Initial, 0L);
        IReadOnlyList<RecordedEvent> batch;
        do
        {
            batch = await engine.ReadStreamAsync(stream, version, toVersion, null, ReadBatch, cancellationToken);
            foreach (var recorded in batch)
                (state, version) = (Evolve(state, EventStore.Decode<TEvent>(Events, recorded)), recorded.Version);
        }
        while (batch.Count == ReadBatch);
        return (state, version);
    }

    object IStreamFold.Initial => Initial;

    object IStreamFold.Decode(RecordedEvent recorded) => EventStore.Decode<TEvent>(Events, recorded);

    object IStreamFold.Evolve(object state, object @event) => Evolve((TState)state, (TEvent)@event);
}
