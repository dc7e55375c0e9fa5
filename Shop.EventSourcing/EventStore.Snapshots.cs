using System.Runtime.CompilerServices;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>Snapshots, against the events.</content>
public partial class EventStore
{
    /// <summary>
    /// Compares each snapshot of an aggregate with its events. One that differs was damaged, or the fold changed its meaning without
    /// a new revision; deleting its row is all the repair it needs.
    /// </summary>
    public async IAsyncEnumerable<Snapshot> FindWrongSnapshotsAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        if (aggregate.Snapshots is not { } policy)
            yield break;
        var prefix = aggregate.Stream("");
        var after = prefix;
        while (await Engine.ReadSnapshotsAsync(after, ReadBatch, cancellationToken) is [.., { Stream: var last }] batch)
        {
            foreach (var snapshot in batch)
            {
                if (!snapshot.Stream.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                var (state, version) = await ReadAsOfAsync(aggregate, snapshot.Stream[prefix.Length..], snapshot.Version, null, cancellationToken);
                if (version != snapshot.Version || !policy.Confirms(snapshot, state))
                    yield return snapshot;
            }

            after = last;
        }
    }

    /// <returns>Null when there is none that can serve.</returns>
    private async ValueTask<(TState State, long Version)?> FindSnapshotAsync<TState>(
        SnapshotPolicy<TState>? policy, string stream, CancellationToken cancellationToken)
        where TState : class =>
        policy is not null && await Engine.ReadSnapshotAsync(stream, cancellationToken) is { } snapshot && policy.Restore(snapshot) is { } state
            ? (state, snapshot.Version)
            : null;
}
