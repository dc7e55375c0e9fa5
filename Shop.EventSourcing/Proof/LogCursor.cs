using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>The log from its very beginning, also what stands before position 1, one event after the other.</summary>
/// <param name="from">Above 0: only what comes after this position.</param>
internal sealed class LogCursor(IStorageEngine engine, int batchSize, long from, CancellationToken cancellationToken)
{
    private IReadOnlyList<RecordedEvent> batch = [];
    private int next;
    private long after = from > 0 ? from : long.MinValue;

    /// <summary>Of the last event taken; 0 before the first.</summary>
    public long Position { get; private set; } = Math.Max(from, 0);

    public long Count { get; private set; }

    /// <returns>The next event, or null at the end.</returns>
    public async ValueTask<RecordedEvent?> PeekAsync()
    {
        if (next == batch.Count)
        {
            next = 0;
            batch = await engine.ReadLogAsync(after, batchSize, cancellationToken);
            if (after < 0)
            {
                // What should not be there; behind it the log proper begins, which may be in the archive.
                batch = [.. batch.TakeWhile(recorded => recorded.Position <= 0)];
                after = batch.Count == batchSize ? batch[^1].Position : 0;
                if (batch.Count == 0)
                    return await PeekAsync();
            }
            else if (batch.Count > 0)
            {
                after = batch[^1].Position;
            }
        }

        return next < batch.Count ? batch[next] : null;
    }

    /// <summary>The event that was peeked.</summary>
    public RecordedEvent Take()
    {
        var taken = batch[next++];
        Position = Math.Max(Position, taken.Position);
        Count++;
        return taken;
    }
}
