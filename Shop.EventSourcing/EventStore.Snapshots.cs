using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>Snapshots.</content>
public partial class EventStore
{
    /// <inheritdoc cref="ISnapshotted.FindWrongSnapshotsAsync"/>
    public IAsyncEnumerable<Snapshot> FindWrongSnapshotsAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => aggregate.FindWrongSnapshotsAsync(Engine, cancellationToken);

    /// <returns>Null when there is none that can serve.</returns>
    private async ValueTask<(TState State, long Version)?> FindSnapshotAsync<TState>(
        SnapshotPolicy<TState>? policy, string stream, CancellationToken cancellationToken)
        where TState : class =>
        policy is not null && await Engine.ReadSnapshotAsync(stream, cancellationToken) is { } snapshot && policy.Restore(snapshot) is { } state
            ? (state, snapshot.Version)
            : null;
}
