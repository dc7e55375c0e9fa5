using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// A store in one SQL Server database, 2022 or later, shared by any number of processes. Commits are serialised by the log's head,
/// each group in one round trip; see docs/adr/0024-the-head-of-the-log-on-sql-server.md. What processes signal each other is polled.
/// </summary>
/// <remarks>
/// The database has READ_COMMITTED_SNAPSHOT and ALLOW_SNAPSHOT_ISOLATION on; opening an empty one turns them on. String columns of
/// keys in a service's own scripts are <c>COLLATE Latin1_General_100_BIN2</c>.
/// </remarks>
public sealed partial class SqlServerEngine : IStorageEngine
{
    private const int ReadRetries = 2;

    // Keeps what commits may have to wait for short, and below the 5,000 locks from which on a whole table is locked.
    private const int CleanedPerTransaction = 2_000;

    private static readonly TimeSpan ReadRetryPause = TimeSpan.FromMilliseconds(500);

    private readonly SqlServerSource source;
    private readonly IReadOnlyList<Table> tables;
    private readonly Dictionary<Table, SqlServerRows> rowsOf;
    private readonly SqlServerWriter writer;
    private readonly SqlServerSignals signals;
    private readonly DbContextOptions readModels;

    /// <param name="connectionString">Microsoft.Data.SqlClient's.</param>
    /// <param name="tables">The read-model tables that may be written and queried.</param>
    /// <exception cref="ArgumentException">The connection string cannot be understood.</exception>
    public SqlServerEngine(string connectionString, IReadOnlyList<Table> tables)
    {
        StorageFailure.Know(SqlServerFailures.IsTransient);
        source = new(connectionString);
        this.tables = tables;
        rowsOf = tables.Append(Snapshot.Table).Concat(tables.Select(table => table.Next)).ToDictionary(table => table, table => new SqlServerRows(table));
        writer = new(source, rowsOf);
        signals = new(source);
        readModels = new DbContextOptionsBuilder<ReadModels>()
            .UseSqlServer(source.ConnectionString, options => options.EnableRetryOnFailure(ReadRetries, ReadRetryPause, null)).Options;
        Projections = new SqlServerProjections(source, rowsOf);
    }

    public bool IsShared => true;

    /// <summary>How long an outbox message to send at once belongs to the process that committed it; 15 s unless set.</summary>
    public TimeSpan WriterClaim
    {
        init => writer.WriterClaim = value;
    }

    /// <summary>Opened by the migration that fills it: else a store that is not complete yet is refused.</summary>
    internal bool IsBeingMigrated { get; init; }

    public string Location => source.Location;

    public StorageFailure Explain(Exception error) => SqlServerFailures.Explain(error, source.Database, source.User);

    public async Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await SqlServerSchema.UpgradeAsync(
            source,
            [
                .. EmbeddedSql.Schema.Select(script => script with { Name = $"event-sourcing/{script.Name}" }),
                .. scripts.OrderBy(script => script.Name, StringComparer.Ordinal).Select(script => script with { Name = $"service/{script.Name}" }),
                .. tables.Select(TableScript.Of),
                .. rowsOf.Values.Select(rows => rows.Script),
            ],
            cancellationToken);
        if (!IsBeingMigrated && await NumberAsync("count-unfinished-migrations", cancellationToken) > 0)
            throw new InvalidOperationException("A store is being moved here, and is not complete. Run Shop.Host migrate again: it goes on where it stopped");
    }

    public Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken) =>
        writer.CommitAsync(group, cancellationToken);

    public async Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => Names.IsPossible(stream)
        ? (await QueryAsync("read-snapshot", ReadSnapshot, cancellationToken, ("@stream", stream))).FirstOrDefault()
        : null;

    public async Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        await QueryAsync("read-snapshots", ReadSnapshot, cancellationToken, ("@after", afterStream), ("@limit", limit));

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => NumberAsync("read-head", cancellationToken);

    public Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken) =>
        NumberAsync("read-position", cancellationToken, ("@instant", instant));

    public async Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken) =>
        (await QueryAsync("is-handled", row => row.GetInt32(0), cancellationToken, ("@endpoint", endpoint), ("@message", messageId))).Count > 0;

    public async Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken)
    {
        var cleaned = 0;
        int batch;
        do
        {
            batch = await ExecuteAsync("clean-inbox", cancellationToken, ("@before", handledBefore), ("@limit", CleanedPerTransaction));
            cleaned += batch;
        }
        while (batch == CleanedPerTransaction);
        return cleaned;
    }

    public Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken) =>
        NumberAsync("read-checkpoint", cancellationToken, ("@projection", projection));

    public async Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken)
    {
        var batches = new RowBatches(rowsOf);
        foreach (var row in rows)
            batches.Add(1, row);
        return await CallAsync(
            "move_checkpoint @projection, @lease, @token, @milliseconds, @from, @to", batches.Take(),
            [("@projection", projection), .. LeaseValues(lease), ("@from", from), ("@to", to)], cancellationToken);
    }

    public async Task<Lease?> TakeLeaseAsync(string name, Guid holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            var tokens = await QueryOnceAsync(
                "take-lease", row => row.GetInt64(0), [("@name", name), ("@holder", holder), ("@milliseconds", duration.ToMilliseconds())], cancellationToken);
            return tokens is [var token] ? new(name, holder, token, duration) : null;
        }
        catch (SqlException sooner) when (SqlServerFailures.IsDuplicateKey(sooner) || SqlServerFailures.IsVictim(sooner))
        {
            return null;
        }
    }

    public Task ReleaseLeaseAsync(Lease lease, CancellationToken cancellationToken) =>
        ExecuteAsync("release-lease", cancellationToken, ("@name", lease.Name), ("@token", lease.Token));

    public void Signal(string topic, long value) => signals.Signal(topic, value);

    /// <remarks>What is signalled is heard within a tenth of a second: it is polled.</remarks>
    public Task ListenAsync(Action listening, Action<string, long> heard, CancellationToken cancellationToken) =>
        signals.ListenAsync(listening, heard, cancellationToken);

    /// <remarks>Reads every page of the database's files, so that it takes its time in a large one.</remarks>
    public async Task<bool> PurgeAsync(Table table, CancellationToken cancellationToken)
    {
        await source.PurgeAsync(cancellationToken);
        return true;
    }

    public ReadModels OpenReadModels() => new(readModels, tables);

    public ProjectionStorage Projections { get; }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await signals.DisposeAsync();
    }

    private static (string, object?)[] LeaseValues(Lease lease) =>
        [("@lease", lease.Name), ("@token", lease.Token), ("@milliseconds", lease.Duration.ToMilliseconds())];

    private static RecordedEvent Event(SqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetGuid(3), row.GetString(4), row.GetBytes(5), row.GetOrNull<byte[]>(6), row.GetInstant(7));

    private static Snapshot ReadSnapshot(SqlDataReader row) => new()
    {
        Stream = row.GetString(0),
        Version = row.GetInt64(1),
        Shape = row.GetString(2),
        State = row.GetString(3),
        TakenAt = row.GetDateTimeOffset(4),
    };
}
