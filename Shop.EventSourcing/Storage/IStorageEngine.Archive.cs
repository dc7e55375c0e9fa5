using Shop.EventSourcing.Archive;

namespace Shop.EventSourcing.Storage;

/// <content>The archive. Reading streams and the log finds archived events by itself.</content>
public partial interface IStorageEngine
{
    /// <summary>The store's folder of the archive; null when none is configured.</summary>
    SegmentFolder? Segments => null;

    /// <summary>Streams that are not wholly in the archive, in the order of their first events.</summary>
    /// <param name="afterId">Position of the first event of the last one read.</param>
    Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken);

    /// <summary>Segments whose name comes after, in the order of their names' bytes.</summary>
    Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// In one transaction: notes the segment, whose file is complete and durable, and deletes its events, under a lease, which it
    /// also checks and renews. The newest event of the log must stay.
    /// </summary>
    /// <returns>False, and nothing changed, when the lease was taken over, or a part is no longer what it was.</returns>
    Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken);

    /// <summary>In one transaction: puts a segment's events back and forgets the segment, whose file is deleted after that.</summary>
    /// <returns>False, and nothing changed, when the lease was taken over, or the segment is not in the archive any more.</returns>
    Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken);
}
