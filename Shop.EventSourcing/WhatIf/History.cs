using System.Runtime.CompilerServices;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.WhatIf;

/// <summary>What happened in one store, to think over. Only reads, and disturbs nobody.</summary>
public static class History
{
    private const int Batch = 2_000;

    /// <summary>Every event of a log, from the first to the last that is there when this begins.</summary>
    public static async IAsyncEnumerable<RecordedEvent> ReadAsync(IStorageEngine engine, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var head = await engine.ReadHeadAsync(cancellationToken);
        for (var position = 0L; position < head;)
        {
            var batch = await engine.ReadLogAsync(position, (int)Math.Min(Batch, head - position), cancellationToken);
            foreach (var recorded in batch)
                yield return recorded;
            position = batch[^1].Position;
        }
    }
}
