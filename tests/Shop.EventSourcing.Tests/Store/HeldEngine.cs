using System.Collections.Concurrent;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>An engine whose commits a test can hold and break.</summary>
internal sealed class HeldEngine(IStorageEngine inner) : IStorageEngine
{
    private volatile TaskCompletionSource gate = Opened();
    private int commits;

    /// <summary>Called before a commit; what it throws is the commit's end.</summary>
    public Action<IReadOnlyList<WriteSet>> Before { get; set; } = _ => { };

    /// <summary>Called after a commit was made durable; what it throws is its answer.</summary>
    public Action<IReadOnlyList<WriteSet>> After { get; set; } = _ => { };

    /// <summary>Groups handed in, also those that are held.</summary>
    public int Commits => Volatile.Read(ref commits);

    /// <summary>The streams that were read, and after which version.</summary>
    public ConcurrentQueue<(string Stream, long AfterVersion)> StreamReads { get; } = [];

    /// <summary>Signals get lost.</summary>
    public bool Silent { get; set; }

    /// <summary>The log is not followed: nobody learns from it what other processes wrote.</summary>
    public bool Unfollowed { get; set; }

    public bool IsShared => inner.IsShared;

    public string Location => inner.Location;

    public StorageFailure Explain(Exception error) => inner.Explain(error);

    /// <summary>Holds all commits until released.</summary>
    public void Hold() => gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => gate.TrySetResult();

    public async Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref commits);
        await gate.Task;
        Before(group);
        var results = await inner.CommitAsync(group, cancellationToken);
        After(group);
        return results;
    }

    public Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken) => inner.InitializeAsync(scripts, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken)
    {
        StreamReads.Enqueue((stream, afterVersion));
        return inner.ReadStreamAsync(stream, afterVersion, toVersion, until, limit, cancellationToken);
    }

    public Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken) => inner.ReadPositionAsync(instant, cancellationToken);

    public Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => inner.ReadSnapshotAsync(stream, cancellationToken);

    public Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        inner.ReadSnapshotsAsync(afterStream, limit, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        Unfollowed ? Task.FromResult<IReadOnlyList<RecordedEvent>>([]) : inner.ReadLogAsync(afterPosition, limit, cancellationToken);

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => inner.ReadHeadAsync(cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken) =>
        inner.ClaimOutboxAsync(now, claim, limit, scheduledOnly, cancellationToken);

    public Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken) =>
        inner.ReleaseOutboxClaimsAsync(messageIds, cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) => inner.ReadOutboxAsync(limit, cancellationToken);

    public Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        inner.ReadOutboxStatusAsync(now, cancellationToken);

    public Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken) =>
        inner.IsHandledAsync(endpoint, messageId, cancellationToken);

    public Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken) => inner.CleanInboxAsync(handledBefore, cancellationToken);

    public Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken) => inner.ReadParkedAsync(limit, cancellationToken);

    public Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken) => inner.ReadCheckpointAsync(projection, cancellationToken);

    public Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken) =>
        inner.SaveProjectionAsync(projection, lease, from, to, rows, cancellationToken);

    public Task<Lease?> TakeLeaseAsync(string name, Guid holder, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.TakeLeaseAsync(name, holder, duration, cancellationToken);

    public Task ReleaseLeaseAsync(Lease lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(lease, cancellationToken);

    public Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken) =>
        inner.ReadHotStreamsAsync(afterId, limit, cancellationToken);

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken) =>
        inner.ReadSegmentsAsync(afterName, limit, cancellationToken);

    public Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken) =>
        inner.MoveOutAsync(segment, parts, lease, cancellationToken);

    public Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken) =>
        inner.MoveBackAsync(segment, parts, events, lease, cancellationToken);

    public Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        inner.ReadSealsAsync(afterPosition, limit, cancellationToken);

    public Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken) => inner.ReadLastSealAsync(cancellationToken);

    public Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken) =>
        inner.AddSealAsync(seal, previous, lease, cancellationToken);

    public void Signal(string topic, long value)
    {
        if (!Silent)
            inner.Signal(topic, value);
    }

    public Task ListenAsync(Action listening, Action<string, long> heard, CancellationToken cancellationToken) =>
        inner.ListenAsync(listening, heard, cancellationToken);

    public Task<bool> PurgeAsync(Table table, CancellationToken cancellationToken) => inner.PurgeAsync(table, cancellationToken);

    public ReadModels OpenReadModels() => inner.OpenReadModels();

    public ProjectionStorage Projections => inner.Projections;

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
