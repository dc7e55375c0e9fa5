using System.Runtime.CompilerServices;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <param name="Events">Moved out of the database, or back.</param>
/// <param name="Removed">Files that a crash had left, whose events are in the database.</param>
public sealed record ArchiveReport(string Store, int Segments, int Streams, long Events, int Removed);

/// <summary>
/// Moves streams that have ended to segment files, and back. Each batch is written, made durable and read back before one
/// transaction takes its events out of the database: a crash leaves a file too many at most, which the next run removes.
/// </summary>
/// <param name="eventsPerSegment">A stream is not cut for it.</param>
public sealed class Archiver(string store, IStorageEngine engine, IReadOnlyList<IArchivePolicy> policies, TimeProvider clock, int eventsPerSegment = 5_000)
{
    public const string LeaseName = "archive";

    private const int StreamBatch = 500;
    private const int SegmentBatch = 200;

    /// <summary>As long as a run that was killed may keep the next one waiting. Whoever is slower only needs it again.</summary>
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeasePoll = TimeSpan.FromMilliseconds(250);

    private readonly SegmentFolder folder = engine.Segments
        ?? throw new InvalidOperationException($"Store {store} has no archive. Set Shop:Archive:Path to a folder that all its processes see.");

    private readonly Guid holder = Guid.CreateVersion7();
    private int segments;
    private int streams;
    private long events;
    private int removed;

    /// <summary>Called at each step with its name, so that a test can break it off there.</summary>
    internal Action<string> Reached { get; init; } = _ => { };

    /// <summary>Moves what ended before that long.</summary>
    /// <exception cref="InvalidOperationException">Another run is at work.</exception>
    public Task<ArchiveReport> ArchiveAsync(TimeSpan olderThan, CancellationToken cancellationToken = default) =>
        AloneAsync(() => MoveOutAsync(clock.GetUtcNow() - olderThan, cancellationToken), cancellationToken);

    /// <summary>Puts everything back into the database.</summary>
    /// <exception cref="InvalidOperationException">Another run is at work.</exception>
    /// <exception cref="InvalidDataException">A file is missing or damaged; what was put back before stays.</exception>
    public Task<ArchiveReport> RestoreAsync(CancellationToken cancellationToken = default) => AloneAsync(() => MoveBackAsync(cancellationToken), cancellationToken);

    private async Task<ArchiveReport> AloneAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        using var held = folder.TryLock() ?? throw new InvalidOperationException($"Another archive run works on {folder.Path}. Wait for its end.");
        var lease = await LeaseAsync(cancellationToken);
        try
        {
            await RemoveLeftoversAsync(cancellationToken);
            await work();
            return new(store, segments, streams, events, removed);
        }
        finally
        {
            await engine.ReleaseLeaseAsync(lease, CancellationToken.None);
        }
    }

    private async Task<Lease> LeaseAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited <= LeaseDuration * 2; waited += LeasePoll)
        {
            if (await engine.TakeLeaseAsync(LeaseName, holder, LeaseDuration, cancellationToken) is { } lease)
                return lease;
            await Task.Delay(LeasePoll, cancellationToken);
        }

        throw new InvalidOperationException($"Another archive run works on store {store}. Wait for its end.");
    }

    private async Task MoveOutAsync(DateTimeOffset endedBefore, CancellationToken cancellationToken)
    {
        var months = new SortedDictionary<DateTimeOffset, List<RecordedEvent>>();
        await foreach (var (month, ended) in EndedAsync(endedBefore, cancellationToken))
        {
            if (!months.TryGetValue(month, out var collected))
                months.Add(month, collected = []);
            collected.AddRange(ended);
            if (collected.Count < eventsPerSegment)
                continue;
            months.Remove(month);
            await MoveOutAsync(month, collected, cancellationToken);
        }

        foreach (var (month, collected) in months)
            await MoveOutAsync(month, collected, cancellationToken);
    }

    /// <summary>Of each stream that has ended, the month of its last event, and what is not in the archive yet.</summary>
    private async IAsyncEnumerable<(DateTimeOffset Month, List<RecordedEvent> Events)> EndedAsync(
        DateTimeOffset endedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = await engine.ReadHeadAsync(cancellationToken);
        for (var after = 0L; await engine.ReadHotStreamsAsync(after, StreamBatch, cancellationToken) is [.., { Id: var last }] batch; after = last)
        {
            foreach (var stream in batch)
            {
                if (PolicyOf(stream.Name) is not { } policy)
                    continue;
                var all = await ReadAsync(stream.Name, cancellationToken);
                if (all is [var oldest, ..] && oldest.RecordedAt > endedBefore)
                    yield break; // Those that come now began even later.
                var hot = all.Where(recorded => recorded.Version > stream.ArchivedVersion).ToList();

                // The newest event of the log stays: SQLite knows its head by it.
                if (hot is [.., var newest] && newest.RecordedAt <= endedBefore && newest.Position < head && policy.HasEnded(all))
                    yield return (MonthOf(newest.RecordedAt), hot);
            }
        }
    }

    private async Task MoveOutAsync(DateTimeOffset month, List<RecordedEvent> collected, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lease = await LeaseAsync(cancellationToken);
        collected.Sort((left, right) => left.Position.CompareTo(right.Position));
        Reached("collected");
        var segment = folder.Add(store, collected, month, clock.GetUtcNow().TruncateToMicroseconds());
        Reached("written");
        var parts = new SegmentEvents(collected).Parts();
        if (!await engine.MoveOutAsync(segment, parts, lease, CancellationToken.None))
        {
            folder.Delete(segment);
            throw new InvalidOperationException($"Store {store} changed while {segment.Name} was written; nothing of it was moved. Run it again.");
        }

        Reached("moved");
        (segments, streams, events) = (segments + 1, streams + parts.Count, events + segment.Events);
    }

    private async Task MoveBackAsync(CancellationToken cancellationToken)
    {
        while (await engine.ReadSegmentsAsync("", SegmentBatch, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var segment in batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var lease = await LeaseAsync(cancellationToken);
                var loaded = await ArchivedEvents.ReadAsync(() => Task.FromResult(folder.Load(segment)));
                var parts = loaded.Parts();
                Reached("loaded");
                if (!await engine.MoveBackAsync(segment, parts, loaded.All, lease, CancellationToken.None))
                    throw new InvalidOperationException($"Store {store} changed while {segment.Name} was put back; nothing of it was moved. Run it again.");
                Reached("moved back");
                folder.Delete(segment);
                Reached("deleted");
                (segments, streams, events) = (segments + 1, streams + parts.Count, events + segment.Events);
            }
        }
    }

    /// <summary>Of a file that no segment names, the events must be in this database: otherwise it is somebody else's.</summary>
    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var after = "";
        while (await engine.ReadSegmentsAsync(after, SegmentBatch, cancellationToken) is [.., { Name: var last }] batch)
        {
            known.UnionWith(batch.Select(segment => segment.Name));
            after = last;
        }

        foreach (var name in folder.Files().Where(name => !known.Contains(name)).ToList())
        {
            if (!SegmentFolder.IsDraft(name) && !await IsCopyAsync(name, cancellationToken))
                continue;
            File.Delete(folder.FileOf(name));
            removed++;
        }
    }

    private async Task<bool> IsCopyAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var (header, copies) = SegmentFile.Read(await File.ReadAllBytesAsync(folder.FileOf(name), cancellationToken));
            return header.Store == store
                && await engine.ReadStreamAsync(copies[0].Stream, copies[0].Version - 1, copies[0].Version, null, 1, cancellationToken) is [var original]
                && original.Id == copies[0].Id;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private async Task<List<RecordedEvent>> ReadAsync(string stream, CancellationToken cancellationToken)
    {
        var all = new List<RecordedEvent>();
        while (await engine.ReadStreamAsync(stream, all.Count == 0 ? 0 : all[^1].Version, null, null, StreamBatch, cancellationToken) is { Count: > 0 } batch)
            all.AddRange(batch);
        return all;
    }

    /// <summary>The one with the longest category that fits, as a category may begin like another.</summary>
    private IArchivePolicy? PolicyOf(string stream) =>
        policies.Where(policy => stream.StartsWith(policy.Category + "-", StringComparison.Ordinal)).MaxBy(policy => policy.Category.Length);

    private static DateTimeOffset MonthOf(DateTimeOffset instant) => new(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
}
