using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// Keeps one asynchronous projection up with the log: reads a batch, applies it to the rows, writes rows and checkpoint
/// together. Of all its runners, in all processes, the one that holds the lease works; the others wait to take over.
/// </summary>
public sealed class ProjectionRunner : IDisposable
{
    /// <summary>After a crash another runner takes over when this has passed. Whoever was paused for longer writes nothing any more.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(4);

    private const int BatchSize = 2_000;
    private const int CachedRows = 20_000;

    /// <summary>Events that come in quick succession share a transaction.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private readonly EventStore store;
    private readonly IAsyncProjection projection;
    private readonly LeaseHolder lease;
    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly Dictionary<RowKey, object?> rows = [];
    private long checkpoint = -1;
    private long token;

    public ProjectionRunner(EventStore store, IAsyncProjection projection, TimeSpan? leaseDuration = null)
    {
        this.store = store;
        this.projection = projection;
        lease = new(store, $"projection/{projection.Name}", leaseDuration ?? DefaultLease);
    }

    /// <summary>Follows the log until cancelled, while no other runner does.</summary>
    /// <exception cref="InvalidOperationException">An event could not be applied; the message names it. The checkpoint stays before its batch.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        store.EventsCommitted += Signal;
        try
        {
            while (true)
            {
                if (await CatchUpOnceAsync(cancellationToken) is not { } applied)
                {
                    await lease.WaitAsync(cancellationToken);
                    continue;
                }

                if (applied < BatchSize)
                    await Task.Delay(Pause, store.Clock, cancellationToken);
                if (checkpoint >= store.Position)
                    await changed.WaitAsync(IdlePoll, cancellationToken);
            }
        }
        finally
        {
            store.EventsCommitted -= Signal;
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <summary>Applies everything that the log holds now, once no other runner works on it.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            while (await CatchUpOnceAsync(cancellationToken) is not 0)
            {
                if (lease.Lease is null)
                    await lease.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await lease.ReleaseAsync(ReleasePatience);
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

    /// <returns>How many events it met; null when another runner holds the lease.</returns>
    private async Task<int?> CatchUpOnceAsync(CancellationToken cancellationToken)
    {
        var saved = false;
        try
        {
            if (await lease.HoldAsync(cancellationToken) is not { } held)
                return null;
            if (held.Token != token)
                Forget();
            token = held.Token;
            if (checkpoint < 0)
                checkpoint = await store.Engine.ReadCheckpointAsync(projection.Name, cancellationToken);
            var batch = await store.Engine.ReadLogAsync(checkpoint, BatchSize, cancellationToken);
            if (batch.Count > 0 && !await SaveAsync(held, batch, cancellationToken))
            {
                lease.Lost();
                return null;
            }

            saved = rows.Count <= CachedRows;
            return batch.Count;
        }
        finally
        {
            // Another runner moved the checkpoint, or the batch was cut off half way: what is remembered is not what is stored.
            if (!saved)
                Forget();
        }
    }

    private async Task<bool> SaveAsync(Lease held, IReadOnlyList<RecordedEvent> batch, CancellationToken cancellationToken)
    {
        if (await ApplyAsync(batch, cancellationToken) is not { } writes)
            return false;
        var to = batch[^1].Position;
        var saving = store.Clock.GetTimestamp();
        if (!await store.Engine.SaveProjectionAsync(projection.Name, held, checkpoint, to, writes, cancellationToken))
            return false;
        checkpoint = to;
        lease.Renewed(saving);
        store.OnCheckpoint(projection.Name, to);
        return true;
    }

    private void Forget()
    {
        checkpoint = -1;
        rows.Clear();
    }

    /// <returns>Null when the lease was lost meanwhile.</returns>
    private async Task<IReadOnlyList<RowWrite>?> ApplyAsync(IReadOnlyList<RecordedEvent> batch, CancellationToken cancellationToken)
    {
        var writes = new Dictionary<RowKey, RowWrite>();
        foreach (var recorded in batch)
        {
            if (!projection.Events.TryDeserialize(recorded.Type, recorded.Data, out var @event) || projection.Key(@event, recorded) is not { } values)
                continue;
            if (await lease.HoldAsync(cancellationToken) is not { } held || held.Token != token)
                return null;
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
