using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// A store in one PostgreSQL database, shared by any number of processes. Commits are serialised by the log's head, each group in
/// one round trip; see docs/adr/0003-log-positions-in-commit-order.md.
/// </summary>
public sealed partial class PostgreSqlEngine : IStorageEngine
{
    private const int ReadRetries = 2;
    private const string SnapshotsSql = "SELECT stream, version, shape, state, taken_at FROM snapshots";

    private static readonly TimeSpan ReadRetryPause = TimeSpan.FromMilliseconds(500);
    // Keeps what commits may have to wait for short.
    private const int CleanedPerTransaction = 2_000;

    private static readonly string ReadStreamSql = EmbeddedSql.Read("PostgreSql", "read-stream");
    private static readonly string ReadLogSql = EmbeddedSql.Read("PostgreSql", "read-log");
    private static readonly string ReadLogPlannedSql = EmbeddedSql.Read("PostgreSql", "read-log-planned");
    private static readonly string ReadOutboxSql = EmbeddedSql.Read("PostgreSql", "read-outbox");
    private static readonly string OutboxStatusSql = EmbeddedSql.Read("PostgreSql", "read-outbox-status");
    private static readonly string CleanInboxSql = EmbeddedSql.Read("PostgreSql", "clean-inbox");
    private static readonly string ReadParkedSql = EmbeddedSql.Read("PostgreSql", "read-parked");
    private static readonly string ClaimOutboxSql = EmbeddedSql.Read("PostgreSql", "claim-outbox");

    private static readonly string TakeLeaseSql = EmbeddedSql.Read("PostgreSql", "take-lease");
    private static readonly string ReleaseLeaseSql = EmbeddedSql.Read("PostgreSql", "release-lease");

    private readonly PostgreSqlSource source;
    private readonly IReadOnlyList<Table> tables;
    private readonly Dictionary<Table, PostgreSqlRows> rowsOf;
    private readonly PostgreSqlWriter writer;
    private readonly PostgreSqlSignals signals;
    private readonly DbContextOptions readModels;

    // Who reads a database that somebody else keeps, for a proof or an audit, depends on tables only.
    private string readLogSql = ReadLogSql;

    /// <param name="source">Stays the caller's; connections are taken from its pool.</param>
    /// <param name="tables">The read-model tables that may be written and queried.</param>
    public PostgreSqlEngine(NpgsqlDataSource source, IReadOnlyList<Table> tables) : this(new PostgreSqlSource(source), tables)
    {
    }

    /// <param name="connectionString">
    /// Npgsql's; several hosts separated by commas, of which the primary is used. Unless it says otherwise, the pool has up to 12
    /// connections, of which writing and listening hold one each.
    /// </param>
    /// <param name="tables">The read-model tables that may be written and queried.</param>
    /// <exception cref="ArgumentException">The connection string cannot be understood.</exception>
    public PostgreSqlEngine(string connectionString, IReadOnlyList<Table> tables) : this(new PostgreSqlSource(connectionString), tables)
    {
    }

    private PostgreSqlEngine(PostgreSqlSource source, IReadOnlyList<Table> tables)
    {
        this.source = source;
        this.tables = tables;
        rowsOf = tables.Append(Snapshot.Table).Concat(tables.Select(table => table.Next)).ToDictionary(table => table, table => new PostgreSqlRows(table));
        writer = new(source.Connections, rowsOf);
        signals = new(source.Connections);
        readModels = new DbContextOptionsBuilder<ReadModels>()
            .UseNpgsql(source.Connections, options => options.EnableRetryOnFailure(ReadRetries, ReadRetryPause, null)).Options;
        Projections = new PostgreSqlProjections(source.Connections, rowsOf);
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

    public StorageFailure Explain(Exception error) => PostgreSqlFailures.Explain(error, source.Database, source.Role);

    public async Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await PostgreSqlSchema.UpgradeAsync(
            source.Connections,
            [
                .. SchemaScripts.All("PostgreSql", scripts), .. tables.Select(table => TableScript.Of(table, PostgreSqlRows.TypeOf)),
                .. rowsOf.Values.SelectMany(rows => rows.Scripts),
            ],
            cancellationToken);
        readLogSql = ReadLogPlannedSql;
        if (!IsBeingMigrated && await NumberAsync("SELECT count(*) FROM migrations WHERE finished_at IS NULL", cancellationToken) > 0)
            throw new InvalidOperationException("A store is being moved here, and is not complete. Run Shop.Host migrate again: it goes on where it stopped");
    }

    public Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken) =>
        writer.CommitAsync(group, cancellationToken);

    public async Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) =>
        (await QueryAsync($"{SnapshotsSql} WHERE stream = $1", ReadSnapshot, cancellationToken, stream)).FirstOrDefault();

    public async Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        await QueryAsync($"{SnapshotsSql} WHERE stream > $1 ORDER BY stream LIMIT $2", ReadSnapshot, cancellationToken, afterStream, limit);

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => NumberAsync("SELECT position FROM log_head", cancellationToken);

    public Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken) =>
        NumberAsync("SELECT position FROM events WHERE recorded_at <= $1 ORDER BY position DESC LIMIT 1", cancellationToken, instant.UtcDateTime);

    public async Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken)
    {
        // Npgsql sends the least value as -infinity, which stands for those without due time.
        var from = scheduledOnly ? DateTime.UnixEpoch : DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
        var claimed = await QueryOnceAsync(ClaimOutboxSql, Message, [now.UtcDateTime, (now + claim).UtcDateTime, limit, from], cancellationToken);
        claimed.Sort((left, right) => (left.CreatedAt, left.Id).CompareTo((right.CreatedAt, right.Id)));
        return claimed;
    }

    public Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken) => messageIds is null
        ? ExecuteAsync("UPDATE outbox SET claimed_until = NULL WHERE claimed_until IS NOT NULL", cancellationToken)
        : ExecuteAsync("UPDATE outbox SET claimed_until = NULL WHERE id = ANY($1)", cancellationToken, messageIds.ToArray());

    public async Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        await QueryAsync(ReadOutboxSql, Message, cancellationToken, limit);

    public async Task<IReadOnlySet<Guid>> FindOutboxAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        (await QueryAsync("SELECT id FROM outbox WHERE id = ANY($1)", row => row.GetGuid(0), cancellationToken, messageIds.ToArray())).ToHashSet();

    public async Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (await QueryAsync(OutboxStatusSql, Status, cancellationToken, now.UtcDateTime, OutboxStatus.CountedAtMost))[0];

    public async Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken) =>
        await NumberAsync("SELECT count(*) FROM inbox WHERE endpoint = $1 AND message_id = $2", cancellationToken, endpoint, messageId) > 0;

    public async Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken)
    {
        var cleaned = 0;
        int batch;
        do
        {
            batch = await ExecuteAsync(CleanInboxSql, cancellationToken, handledBefore.UtcDateTime, CleanedPerTransaction);
            cleaned += batch;
        }
        while (batch == CleanedPerTransaction);
        return cleaned;
    }

    public async Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken) =>
        await QueryAsync(ReadParkedSql, Parked, cancellationToken, limit);

    public Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken) =>
        NumberAsync("SELECT position FROM checkpoints WHERE projection = $1", cancellationToken, projection);

    public async Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken)
    {
        List<string> statements = [];
        List<byte[]> json = [];
        var batches = new RowBatches(rowsOf);
        foreach (var row in rows)
            batches.Add(1, row);
        batches.MoveTo(statements, json);

        await using var command = Command(
            "SELECT save_projection($1, $2, $3, $4, $5, $6, $7, $8)", projection, lease.Name, lease.Token, lease.Duration, from, to, statements);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text, Value = json });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<Lease?> TakeLeaseAsync(string name, Guid holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var command = Command(TakeLeaseSql, name, holder, duration);
        return await command.ExecuteScalarAsync(cancellationToken) is long token ? new(name, holder, token, duration) : null;
    }

    public Task ReleaseLeaseAsync(Lease lease, CancellationToken cancellationToken) =>
        ExecuteAsync(ReleaseLeaseSql, cancellationToken, lease.Name, lease.Token);

    public void Signal(string topic, long value) => signals.Signal(topic, value);

    public async Task ListenAsync(Action listening, Action<string, long> heard, CancellationToken cancellationToken)
    {
        try
        {
            await signals.ListenAsync(listening, heard, cancellationToken);
        }
        finally
        {
            writer.Suspect();
        }
    }

    public async Task<bool> PurgeAsync(Table table, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"VACUUM \"{table.Name}\"", cancellationToken);
        return true;
    }

    public ReadModels OpenReadModels() => new(readModels, tables);

    public ProjectionStorage Projections { get; }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await signals.DisposeAsync();
        await source.DisposeAsync();
    }

    private static RecordedEvent Event(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetGuid(3), row.GetString(4), row.GetFieldValue<byte[]>(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6), row.GetFieldValue<DateTimeOffset>(7));

    private static Snapshot ReadSnapshot(NpgsqlDataReader row) => new()
    {
        Stream = row.GetString(0),
        Version = row.GetInt64(1),
        Shape = row.GetString(2),
        State = row.GetString(3),
        TakenAt = row.GetFieldValue<DateTimeOffset>(4),
    };

    private static OutboxMessage Message(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6), row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7));

    private static OutboxStatus Status(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1), row.GetInt64(2));

    private static ParkedMessage Parked(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetFieldValue<byte[]>(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.GetString(7), row.GetString(8), row.GetFieldValue<DateTimeOffset>(9));

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = source.Connections.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    /// <summary>Reads once more when the connection was broken: the pool may remember connections of before a restart of the server.</summary>
    private async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        try
        {
            return await QueryOnceAsync(sql, read, values, cancellationToken);
        }
        catch (NpgsqlException broken) when (broken.IsTransient)
        {
            return await QueryOnceAsync(sql, read, values, cancellationToken);
        }
    }

    private async Task<List<T>> QueryOnceAsync<T>(string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private async Task<long> NumberAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        await QueryAsync(sql, row => row.GetInt64(0), cancellationToken, values) is [var number, ..] ? number : 0;

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
