using Shop.EventSourcing.Archive;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>A connection that only reads. Used by one thread at a time.</summary>
internal sealed partial class SqliteReader : IDisposable
{
    private const string SnapshotsSql = "SELECT stream, version, shape, state, taken_at FROM snapshots";

    private readonly SqliteHandle database;
    private readonly Dictionary<string, SqliteStatement> statements = [];
    private readonly SegmentFolder segments;

    public SqliteReader(string path, SegmentFolder segments)
    {
        this.segments = segments;
        database = new(path, readOnly: true);
        database.Execute("PRAGMA cache_size = -8000");
    }

    public Snapshot? Snapshot(string stream)
    {
        var statement = Statement($"{SnapshotsSql} WHERE stream = ?1");
        statement.Bind(1, stream);
        return Snapshots(statement).FirstOrDefault();
    }

    public List<Snapshot> Snapshots(string afterStream, int limit)
    {
        var statement = Statement($"{SnapshotsSql} WHERE stream > ?1 ORDER BY stream LIMIT ?2");
        statement.Bind(1, afterStream);
        statement.Bind(2, limit);
        return Snapshots(statement);
    }

    public long Head() => Single(Statement("SELECT coalesce(max(position), 0) FROM events"), 0);

    public long PositionAt(DateTimeOffset instant)
    {
        var statement = Statement("SELECT position FROM events WHERE recorded_at <= ?1 ORDER BY position DESC LIMIT 1");
        statement.Bind(1, instant);
        return Single(statement, 0);
    }

    public List<OutboxMessage> Outbox(int limit)
    {
        var statement = Operation("read-outbox");
        statement.Bind(1, limit);
        return OutboxMessages(statement);
    }

    public OutboxStatus OutboxStatus(DateTimeOffset now)
    {
        var statement = Operation("read-outbox-status");
        statement.Bind(1, now);
        statement.Bind(2, Storage.OutboxStatus.CountedAtMost);
        return Rows(statement, row => new OutboxStatus(row.Int64(0), row.InstantOrNull(1), row.Int64(2)))[0];
    }

    public bool IsInOutbox(Guid messageId)
    {
        var statement = Statement("SELECT 1 FROM outbox WHERE id = ?1");
        statement.Bind(1, messageId);
        return Single(statement, 0) == 1;
    }

    public bool IsHandled(string endpoint, Guid messageId)
    {
        var statement = Statement("SELECT 1 FROM inbox WHERE endpoint = ?1 AND message_id = ?2");
        statement.Bind(1, endpoint);
        statement.Bind(2, messageId);
        return Single(statement, 0) == 1;
    }

    public List<ParkedMessage> Parked(int limit)
    {
        var statement = Operation("read-parked");
        statement.Bind(1, limit);
        return Rows(statement, Parked);
    }

    public long Checkpoint(string projection)
    {
        var statement = Statement("SELECT position FROM checkpoints WHERE projection = ?1");
        statement.Bind(1, projection);
        return Single(statement, 0);
    }

    public long LeaseToken(string name)
    {
        var statement = Statement(SqliteWriter.LeaseTokenSql);
        statement.Bind(1, name);
        return Single(statement, 0) + SqliteWriter.FirstToken;
    }

    public void Dispose() => database.Dispose();

    internal static List<OutboxMessage> OutboxMessages(SqliteStatement statement) => Rows(statement, row => new OutboxMessage(
        row.Id(0), row.Text(1), row.Text(2), row.Text(3), row.Bytes(4), row.TextOrNull(5), row.Instant(6), row.InstantOrNull(7)));

    private static List<Snapshot> Snapshots(SqliteStatement statement) => Rows(statement, row => new Snapshot
    {
        Stream = row.Text(0),
        Version = row.Int64(1),
        Shape = row.Text(2),
        State = row.Text(3),
        TakenAt = row.Instant(4),
    });

    private static RecordedEvent Event(SqliteStatement row) => new(
        row.Int64(0), row.Text(1), row.Int64(2), row.Id(3), row.Text(4), row.Bytes(5), row.BytesOrNull(6), row.Instant(7));

    private static List<T> Rows<T>(SqliteStatement statement, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (statement.Step())
                rows.Add(read(statement));
        }
        finally
        {
            statement.Reset();
        }

        return rows;
    }

    private static long Single(SqliteStatement statement, long none)
    {
        if (!statement.Step())
            return none;
        var value = statement.Int64(0);
        statement.Reset();
        return value;
    }

    private SqliteStatement Operation(string name)
    {
        if (!statements.TryGetValue(name, out var statement))
            statements.Add(name, statement = database.Prepare(EmbeddedSql.Read("Sqlite", name)));
        return statement;
    }

    private SqliteStatement Statement(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
            statements.Add(sql, statement = database.Prepare(sql));
        return statement;
    }
}
