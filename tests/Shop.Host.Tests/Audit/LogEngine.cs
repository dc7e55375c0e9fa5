using Shop.EventSourcing.Storage;

namespace Shop.Host.Tests.Audit;

/// <summary>A log as a test wants it, holes included; nothing but reading is supported.</summary>
internal sealed class LogEngine : IStorageEngine
{
    public List<RecordedEvent> Log { get; } = [];

    public List<OutboxMessage> Outbox { get; } = [];

    public void Append(string stream, string type, string json) =>
        Log.Add(new(Log.Count + 1, stream, Log.Count(recorded => recorded.Stream == stream) + 1, Guid.CreateVersion7(), type, System.Text.Encoding.UTF8.GetBytes(json), null, default));

    /// <summary>Everything, as if it had been recorded then, after so many deliveries of something else an hour before.</summary>
    public void RecordAt(DateTimeOffset time, int deliveries = 0)
    {
        var later = Log.ToArray();
        Log.Clear();
        for (var version = 1; version <= deliveries; version++)
            Log.Add(new(version, "stock-FILLER", version, Guid.CreateVersion7(), "stock-received.v1", """{"quantity":1}"""u8.ToArray(), null, time.AddHours(-1)));
        Log.AddRange(later.Select(recorded => recorded with { Position = recorded.Position + deliveries, RecordedAt = time }));
    }

    public Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordedEvent>>([.. Log.Where(recorded => recorded.Position > afterPosition).Take(limit)]);

    public Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => Task.FromResult(Log.Count == 0 ? 0 : Log[^1].Position);

    public Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OutboxMessage>>(Outbox);

    public Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ParkedMessage>>([]);

    public Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordedEvent>>([.. Log.Where(recorded => recorded.Stream == stream && recorded.Version > afterVersion && recorded.Version <= (toVersion ?? long.MaxValue)).Take(limit)]);

    public Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ReadModels OpenReadModels() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
