using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>The rows of an inline projection, made from the log: each stream is folded, and those touched by a batch are written once.</summary>
internal sealed class InlineRows(EventStore store, IInlineProjection projection, Table table) : IRowSource
{
    private const int CachedStreams = 200_000;

    private readonly string prefix = projection.Category + "-";
    private readonly Dictionary<string, (object State, long Version)> states = new(StringComparer.Ordinal);

    public void Forget() => states.Clear();

    public async Task<AppliedBatch> ApplyAsync(
        IReadOnlyList<RecordedEvent> batch, bool fromStart, Func<ValueTask<bool>> keep, CancellationToken cancellationToken)
    {
        if (states.Count > CachedStreams)
            Forget();
        var touched = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < batch.Count; index++)
        {
            var recorded = batch[index];
            if (!recorded.Stream.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            if (!await keep())
                return AppliedBatch.Lost;
            if (!states.TryGetValue(recorded.Stream, out var known) || known.Version != recorded.Version - 1)
                known = await FoldAsync(recorded, cancellationToken);
            try
            {
                var state = projection.Evolve(known.State, recorded);
                // Also what follows from it, so that a row which cannot be made stops it here.
                _ = projection.Project(recorded.Stream, recorded.Version, state);
                states[recorded.Stream] = (state, recorded.Version);
                touched.Add(recorded.Stream);
            }
#pragma warning disable CA1031 // Whatever it is, it stops before this event, and everybody can see why.
            catch (Exception refusal)
#pragma warning restore CA1031
            {
                return new(index, Rows(touched), refusal);
            }
        }

        return new(batch.Count, Rows(touched), null);
    }

    private List<RowWrite> Rows(HashSet<string> touched)
    {
        var rows = new List<RowWrite>(touched.Count);
        foreach (var stream in touched)
        {
            var (state, version) = states[stream];
            if (projection.Project(stream, version, state) is { } row)
                rows.Add(row with { Table = table });
        }

        return rows;
    }

    /// <summary>The state before an event.</summary>
    private async Task<(object State, long Version)> FoldAsync(RecordedEvent before, CancellationToken cancellationToken)
    {
        var state = projection.Initial;
        if (before.Version > 1)
        {
            await foreach (var recorded in store.ReadStreamAsync(before.Stream, 0, before.Version - 1, null, cancellationToken))
                state = projection.Evolve(state, recorded);
        }

        return (state, before.Version - 1);
    }
}
