using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>An aggregate whose snapshots can be compared with its events.</summary>
public interface ISnapshotted
{
    /// <summary>
    /// The snapshots that are not what the events up to them give. One that differs was damaged, or the fold changed its meaning
    /// without a new revision; deleting its row is all the repair it needs. None while the aggregate asks for no snapshots.
    /// </summary>
    IAsyncEnumerable<Snapshot> FindWrongSnapshotsAsync(IStorageEngine engine, CancellationToken cancellationToken = default);
}
