using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>The rows of an asynchronous projection: those touched lately are remembered, others are looked up, a batch at a time.</summary>
/// <param name="table">Where they are stored: the projection's, or the one beside it.</param>
internal sealed class AsyncRows(EventStore store, IAsyncProjection projection, Table table) : IRowSource
{
    /// <summary>When a table is built from nothing, all its rows are remembered up to so many, and none need be looked up.</summary>
    private const int CachedRows = 200_000;

    private readonly Dictionary<RowKey, object?> rows = [];
    private readonly RowLookup lookup = new(store.Engine, table);
    private bool knowsAll;

    public void Forget()
    {
        rows.Clear();
        knowsAll = false;
    }

    public async Task<AppliedBatch> ApplyAsync(
        IReadOnlyList<RecordedEvent> batch, bool fromStart, Func<ValueTask<bool>> keep, CancellationToken cancellationToken)
    {
        if (rows.Count > CachedRows)
            Forget();
        knowsAll |= fromStart;
        var changes = Decode(batch, out var decoded, out var error);
        if (!knowsAll)
            await lookup.AddAsync(rows, changes.Where(change => !change.Creates).Select(change => change.Key), cancellationToken);

        var writes = new Dictionary<RowKey, RowWrite>();
        foreach (var (index, key, @event, creates) in changes)
        {
            if (!await keep())
                return AppliedBatch.Lost;
            var before = rows.GetValueOrDefault(key);
            try
            {
                Change(writes, key, before, projection.Apply(before, @event, batch[index]));
            }
#pragma warning disable CA1031 // Whatever it is, the projection stops before this event, and everybody can see why.
            catch (Exception refusal)
#pragma warning restore CA1031
            {
                return new(index, [.. writes.Values], refusal);
            }
        }

        return new(decoded, [.. writes.Values], error);
    }

    private void Change(Dictionary<RowKey, RowWrite> writes, RowKey key, object? before, object? after)
    {
        rows[key] = after;
        if (after is not null)
            writes[key] = new(table, after);
        else if (before is not null)
            writes[key] = new(table, before, Delete: true);
    }

    private List<(int Index, RowKey Key, object Event, bool Creates)> Decode(IReadOnlyList<RecordedEvent> batch, out int decoded, out Exception? error)
    {
        var changes = new List<(int, RowKey, object, bool)>(batch.Count);
        error = null;
        for (decoded = 0; decoded < batch.Count; decoded++)
        {
            try
            {
                if (projection.TryDecode(batch[decoded], out var @event) && projection.Key(@event, batch[decoded]) is { } values)
                    changes.Add((decoded, new(values), @event, projection.Creates(@event)));
            }
#pragma warning disable CA1031 // As above.
            catch (Exception unreadable)
#pragma warning restore CA1031
            {
                error = unreadable;
                break;
            }
        }

        return changes;
    }
}
