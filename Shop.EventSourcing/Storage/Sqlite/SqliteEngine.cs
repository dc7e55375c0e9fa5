using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Archive;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// A store in one SQLite file: one connection that writes, a few that read, WAL with <c>synchronous=FULL</c>. Calls work on the
/// caller's thread; what was committed survives a crash of the process and of the machine.
/// </summary>
/// <param name="path">The database file; created, with its folder, when it is missing.</param>
/// <param name="tables">The read-model tables that may be written and queried.</param>
public sealed partial class SqliteEngine(string path, IReadOnlyList<Table> tables) : IStorageEngine
{
    // Keeps each cleaning transaction to a few milliseconds, since commits wait for it.
    private const int CleanedPerTransaction = 2_000;

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ConcurrentBag<SqliteReader> readers = [];
    private readonly string readOnlyConnectionString =
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ConnectionString;

    private SqliteWriter? writer;
    private bool disposed;
    private DbContextOptions? readModels;
    private SqliteProjections? projections;

    public string Location => $"SQLite file {path}";

    public Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken) => Write(() =>
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        SqliteSchema.Upgrade(path, SchemaScripts.All("Sqlite", scripts).Concat(tables.Select(table => TableScript.Of(table, SqliteRows.TypeOf))));
        var opened = new SqliteWriter(path, tables);
        writer?.Dispose();
        writer = opened;
        return true;
    }, cancellationToken);

    public Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken) =>
        Write(() => Writer.Commit(group), cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken) =>
        ArchivedEvents.ReadAsync(() => Read<IReadOnlyList<RecordedEvent>>(
            reader => reader.Stream(new StreamRange(stream, afterVersion, toVersion, until, limit)), cancellationToken));

    public Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) =>
        Read(reader => reader.Snapshot(stream), cancellationToken);

    public Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Snapshot>>(reader => reader.Snapshots(afterStream, limit), cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        ArchivedEvents.ReadAsync(() => Read<IReadOnlyList<RecordedEvent>>(reader => reader.Log(afterPosition, limit), cancellationToken));

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => Read(reader => reader.Head(), cancellationToken);

    public Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken) =>
        Read(reader => reader.PositionAt(instant), cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken) =>
        Write(() => Writer.ClaimOutbox(now, claim, limit, scheduledOnly), cancellationToken);

    public Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken) => Write(() =>
    {
        Writer.ReleaseOutboxClaims(messageIds);
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<OutboxMessage>>(reader => reader.Outbox(limit), cancellationToken);

    public Task<IReadOnlySet<Guid>> FindOutboxAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        Read<IReadOnlySet<Guid>>(reader => messageIds.Where(reader.IsInOutbox).ToHashSet(), cancellationToken);

    public Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        Read(reader => reader.OutboxStatus(now), cancellationToken);

    public Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken) =>
        Read(reader => reader.IsHandled(endpoint, messageId), cancellationToken);

    public async Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken)
    {
        var cleaned = 0;
        int batch;
        do
        {
            batch = await Write(() => Writer.CleanInbox(handledBefore, CleanedPerTransaction), cancellationToken);
            cleaned += batch;
        }
        while (batch == CleanedPerTransaction);
        return cleaned;
    }

    public Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<ParkedMessage>>(reader => reader.Parked(limit), cancellationToken);

    public Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken) =>
        Read(reader => reader.Checkpoint(projection), cancellationToken);

    public Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken) =>
        Write(() => Writer.SaveProjection(projection, lease, from, to, rows), cancellationToken);

    public Task<bool> PurgeAsync(Table table, CancellationToken cancellationToken) => Write(() => Writer.EmptyWal(), cancellationToken);

    public Task<Lease?> TakeLeaseAsync(string name, Guid holder, TimeSpan duration, CancellationToken cancellationToken) =>
        Read<Lease?>(reader => new(name, holder, reader.LeaseToken(name), duration), cancellationToken);

    public ReadModels OpenReadModels() => new(Options, tables);

    public ProjectionStorage Projections => projections ??= new SqliteProjections(path, writing);

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await writing.WaitAsync();
        using (var pooled = new SqliteConnection(readOnlyConnectionString))
            SqliteConnection.ClearPool(pooled);
        while (readers.TryTake(out var reader))
            reader.Dispose();

        // Last, because the last connection moves the WAL into the database file, which a read-only one cannot.
        writer?.Dispose();
        writer = null;
        writing.Dispose();
    }

    private DbContextOptions Options => readModels ??= new DbContextOptionsBuilder<ReadModels>().UseSqlite(readOnlyConnectionString).Options;

    private SqliteWriter Writer => writer ?? throw new InvalidOperationException("Call InitializeAsync first.");

    private async Task<T> Write<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            return work();
        }
        finally
        {
            writing.Release();
        }
    }

    private Task<T> Read<T>(Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!readers.TryTake(out var reader))
            reader = new(path, Segments);
        try
        {
            return Task.FromResult(read(reader));
        }
        finally
        {
            readers.Add(reader);
        }
    }
}
