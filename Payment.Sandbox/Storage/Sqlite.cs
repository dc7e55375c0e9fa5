using SQLitePCL;

namespace Shop.PaymentSandbox.Storage;

/// <summary>The little of SQLite's C interface that the ledger needs. One thread at a time.</summary>
internal sealed class Sqlite : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly List<Statement> _statements = [];

    static Sqlite()
    {
        Batteries_V2.Init();

        // Without statistics of its memory, which nobody reads; where the library is in use already, it stays as it is.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private Sqlite(sqlite3 connection) => _connection = connection;

    public static Sqlite Open(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var connection, flags, null);
        var sqlite = new Sqlite(connection);
        if (code != raw.SQLITE_OK)
        {
            using (sqlite) sqlite.Check(code);
        }

        raw.sqlite3_busy_timeout(connection, 5000);
        return sqlite;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_connection, sql));

    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_connection, sql, out var handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Finish();
        raw.sqlite3_close_v2(_connection);
    }

    internal void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new IOException($"SQLite error {code}: {raw.sqlite3_errmsg(_connection).utf8_to_string()}");
    }
}

internal sealed class Statement(Sqlite connection, sqlite3_stmt handle)
{
    private int _parameter;

    public Statement Bind(long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, ++_parameter, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(string? value)
    {
        if (value is null) return BindNull();
        connection.Check(raw.sqlite3_bind_text(handle, ++_parameter, value));
        return this;
    }

    public Statement Bind(ReadOnlySpan<byte> value)
    {
        connection.Check(raw.sqlite3_bind_blob(handle, ++_parameter, value));
        return this;
    }

    /// <summary>Moves to the next row. After the last one the statement is reset and may be bound again.</summary>
    public bool Read()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        Reset();
        connection.Check(code);
        return false;
    }

    public void Run()
    {
        while (Read()) continue;
    }

    /// <summary>Needed when not every row was read.</summary>
    public void Reset()
    {
        raw.sqlite3_reset(handle);
        _parameter = 0;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Finish() => raw.sqlite3_finalize(handle);

    private Statement BindNull()
    {
        connection.Check(raw.sqlite3_bind_null(handle, ++_parameter));
        return this;
    }
}
