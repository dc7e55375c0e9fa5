using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>Makes the rows of a projection from the log, batch by batch. Used by one runner at a time.</summary>
internal interface IRowSource
{
    /// <summary>What was remembered may not be what is stored.</summary>
    void Forget();

    /// <summary>The rows as they are after these events, which follow those of the last call; up to the first that cannot be applied.</summary>
    /// <param name="fromStart">Nothing was applied to the table yet.</param>
    /// <param name="keep">Keeps the lease while this takes long; false when it was lost.</param>
    Task<AppliedBatch> ApplyAsync(IReadOnlyList<RecordedEvent> batch, bool fromStart, Func<ValueTask<bool>> keep, CancellationToken cancellationToken);
}

/// <param name="Applied">How many events of the batch; null: the lease was lost, and nothing counts.</param>
/// <param name="Error">Why it is not all of them.</param>
internal sealed record AppliedBatch(int? Applied, IReadOnlyList<RowWrite> Rows, Exception? Error)
{
    public static readonly AppliedBatch Lost = new(null, [], null);
}
