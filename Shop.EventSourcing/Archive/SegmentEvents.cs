using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <summary>The events of a segment, by position and by stream.</summary>
internal sealed class SegmentEvents(IReadOnlyList<RecordedEvent> events)
{
    private readonly ILookup<string, RecordedEvent> byStream = events.ToLookup(recorded => recorded.Stream, StringComparer.Ordinal);

    public IReadOnlyList<RecordedEvent> All => events;

    public IEnumerable<RecordedEvent> Of(string stream) => byStream[stream];

    /// <summary>Those after a position and up to another one.</summary>
    public IEnumerable<RecordedEvent> Between(long after, long to)
    {
        for (var index = FirstAfter(after); index < events.Count && events[index].Position <= to; index++)
            yield return events[index];
    }

    public IReadOnlyList<ArchivedPart> Parts() =>
        [.. byStream.Select(stream => new ArchivedPart(stream.Key, stream.Min(recorded => recorded.Version), stream.Max(recorded => recorded.Version)))];

    private int FirstAfter(long position)
    {
        var (low, high) = (0, events.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (events[middle].Position <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
