using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Reading;

/// <summary>One service's store and the read models that must follow from its log.</summary>
/// <param name="Engine">Initialised; only read from.</param>
public sealed record AuditedStore(
    string Name, IStorageEngine Engine, IReadOnlyList<IInlineProjection> InlineProjections, IReadOnlyList<IAsyncProjection> AsyncProjections)
{
    /// <summary>Aggregates that have snapshots.</summary>
    public IReadOnlyList<ISnapshotted> Snapshotted { get; init; } = [];
}
