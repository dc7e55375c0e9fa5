using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// Keeps one asynchronous projection up with the log: reads a batch, applies it to the rows, writes rows and checkpoint
/// together. Two runners of one projection do not disturb each other: the checkpoint moves for one of them.
/// </summary>
public sealed class ProjectionRunner(EventStore store, IAsyncProjection projection) : IDisposable
{
    private const int BatchSize = 2_000;
    private const int CachedRows = 20_000;

    /// <summary>Events that come in quick succession share a transaction.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly Dictionary<RowKey, object?> rows = [];
    private long checkpoint = -1;

    /// <summary>Follows the log until cancelled.</summary>
    /// <exception cref="InvalidOperationException">An event could not be applied; the message names it. The checkpoint stays before its batch.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        store.EventsCommitted += Signal;
        try
        {
            while (true)
            {
                if (await CatchUpOnceAsync(cancellationToken) < BatchSize)
                    await Task.Delay(Pause, store.Clock, cancellationToken);
                if (checkpoint >= store.Position)
                    await changed.WaitAsync(IdlePoll, cancellationToken);
            }
        }
        finally
        {
            store.EventsCommitted -= Signal;
        }
    }

    /// <summary>Applies everything that the log holds now.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        while (await CatchUpOnceAsync(cancellationToken) > 0)
        {
        }
    }

    public void Dispose() => changed.Dispose();

    private void Signal()
    {
        if (changed.CurrentCount == 0)
        {
            try
            {
                changed.Release();
            }
            catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
            {
                // Somebody else signalled at the same moment, or the runner has just ended.
            }
        }
    }

    private async Task<int> CatchUpOnceAsync(CancellationToken cancellationToken)
    {
        var saved = false;
        try
        {
            if (checkpoint < 0)
                checkpoint = await store.Engine.ReadCheckpointAsync(projection.Name, cancellationToken);
            var batch = await store.Engine.ReadLogAsync(checkpoint, BatchSize, cancellationToken);
            if (batch.Count > 0)
            {
                var writes = await ApplyAsync(batch, cancellationToken);
                var to = batch[^1].Position;
                if (!await store.Engine.SaveProjectionAsync(projection.Name, checkpoint, to, writes, cancellationToken))
                    return batch.Count;
                checkpoint = to;
            }

            saved = rows.Count <= CachedRows;
            return batch.Count;
        }
        finally
        {
            // Another runner moved the checkpoint, or the batch was cut off half way: what is remembered is not what is stored.
            if (!saved)
            {
                checkpoint = -1;
                rows.Clear();
            }
        }
    }

    private async Task<IReadOnlyList<RowWrite>> ApplyAsync(IReadOnlyList<RecordedEvent> batch, CancellationToken cancellationToken)
    {
        var writes = new Dictionary<RowKey, RowWrite>();
        foreach (var recorded in batch)
        {
            if (!projection.Events.TryDeserialize(recorded.Type, recorded.Data, out var @event) || projection.Key(@event, recorded) is not { } values)
                continue;
            var key = new RowKey(values);
            var before = await FindAsync(key, projection.Creates(@event), cancellationToken);
            var after = Apply(before, @event, recorded);
            rows[key] = after;
            if (after is not null)
                writes[key] = new(projection.Table, after);
            else if (before is not null)
                writes[key] = new(projection.Table, before, Delete: true);
        }

        return [.. writes.Values];
    }

    private object? Apply(object? row, object @event, RecordedEvent recorded)
    {
        try
        {
            return projection.Apply(row, @event, recorded);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"Projection {projection.Name} cannot apply {recorded.Type} at position {recorded.Position} ({recorded.Stream} version {recorded.Version}): {error.Message}",
                error);
        }
    }

    private async ValueTask<object?> FindAsync(RowKey key, bool creates, CancellationToken cancellationToken)
    {
        if (rows.TryGetValue(key, out var row) || creates)
            return row;
        await using var models = store.Engine.OpenReadModels();
        return await models.FindAsync(projection.Table.RowType, key.Values, cancellationToken);
    }

    private sealed class RowKey(object?[] values) : IEquatable<RowKey>
    {
        public object?[] Values => values;

        public bool Equals(RowKey? other) => other is not null && values.AsSpan().SequenceEqual(other.Values);

        public override bool Equals(object? obj) => Equals(obj as RowKey);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in values)
                hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
