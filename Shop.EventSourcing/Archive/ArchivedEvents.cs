using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <summary>Puts what an engine finds in its database together with what is in the archive.</summary>
public static class ArchivedEvents
{
    private const int Attempts = 4;

    /// <summary>True when positions are missing in between: they are in the archive, or were deleted by somebody.</summary>
    public static bool HasGap(long after, IReadOnlyList<RecordedEvent> hot) => after >= 0 && hot.Count > 0 && hot[^1].Position != after + hot.Count;

    /// <summary>The log up to the end of a window, as positions are dense no wider than the limit.</summary>
    public static List<RecordedEvent> MergeLog(
        long after, long to, IReadOnlyList<RecordedEvent> hot, IEnumerable<Segment> segments, SegmentFolder? folder) =>
        [.. hot.TakeWhile(recorded => recorded.Position <= to)
            .Concat(segments.SelectMany(segment => Load(folder, segment).Between(after, to)))
            .OrderBy(recorded => recorded.Position)];

    public static List<RecordedEvent> MergeStream(
        StreamRange range, IReadOnlyList<RecordedEvent> hot, IEnumerable<Segment> segments, SegmentFolder? folder) =>
        [.. segments.SelectMany(segment => Load(folder, segment).Of(range.Stream)).Where(range.Has).Concat(hot)
            .DistinctBy(recorded => recorded.Version).OrderBy(recorded => recorded.Version).Take(range.Limit)];

    /// <summary>Reads again when a segment was put back into the database between looking for it and opening its file.</summary>
    /// <exception cref="InvalidDataException">A file is missing, and stays so.</exception>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await read();
            }
            catch (FileNotFoundException missing)
            {
                if (attempt == Attempts)
                    throw new InvalidDataException($"Segment {missing.FileName} of the archive is missing. Put it back, or set Shop:Archive:Path to the folder that has it.", missing);
            }
        }
    }

    private static SegmentEvents Load(SegmentFolder? folder, Segment segment) => folder?.Load(segment)
        ?? throw new InvalidDataException($"Segment {segment.Name} of the archive is needed. Set Shop:Archive:Path to the folder that has it.");
}

/// <summary>Which events of a stream are wanted.</summary>
public sealed record StreamRange(string Stream, long AfterVersion, long? ToVersion, DateTimeOffset? Until, int Limit)
{
    public long To => ToVersion ?? long.MaxValue;

    public bool Has(RecordedEvent recorded) => recorded.Version > AfterVersion && recorded.Version <= To && (Until is null || recorded.RecordedAt <= Until);
}
