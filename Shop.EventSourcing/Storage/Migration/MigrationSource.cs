using Microsoft.Data.Sqlite;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>The SQLite database that is moved, as it stood when it was opened.</summary>
internal class MigrationSource : IDisposable
{
    /// <summary>Of this database only: what is known of its schema and of itself, and what its processes do just now.</summary>
    private static readonly string[] Own = ["schema_scripts", "store_identity", "leases"];

    private readonly SqliteConnection connection;
    private readonly SqliteTransaction snapshot;

    public MigrationSource(string path)
    {
        connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        snapshot = connection.BeginTransaction(deferred: true);
    }

    /// <summary>All tables that are to be moved, with their columns.</summary>
    public IReadOnlyList<(string Table, IReadOnlyList<string> Columns)> Tables()
    {
        var names = Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
            .Select(row => (string)row[0]!).Except(Own).ToArray();
        return [.. names.Select(name => (name, (IReadOnlyList<string>)[.. Rows($"SELECT name FROM pragma_table_info('{name}') ORDER BY cid").Select(row => (string)row[0]!)]))];
    }

    /// <summary>Rows with the values that the target takes.</summary>
    /// <param name="condition">SQL after the table's name, such as <c>WHERE position > 7</c>.</param>
    public IEnumerable<object?[]> Read(MovedTable table, string condition = "")
    {
        foreach (var row in Rows($"SELECT {table.ColumnList} FROM \"{table.Name}\" {condition}"))
        {
            for (var column = 0; column < row.Length; column++)
                row[column] = table.Columns[column].FromSqlite(row[column]);
            yield return row;
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        snapshot.Dispose();
        connection.Dispose();
    }

    protected object Single(string sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar()!;
    }

    private IEnumerable<object?[]> Rows(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        var row = new object?[reader.FieldCount];
        while (reader.Read())
        {
            reader.GetValues(row!);
            yield return row;
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = snapshot;
        return command;
    }
}

/// <summary>The SQLite store that is moved.</summary>
internal sealed class StoreSource : MigrationSource
{
    public StoreSource(string path) : base(path)
    {
        Id = new((byte[])Single("SELECT id FROM store_identity"), bigEndian: true);
        Head = (long)Single("SELECT coalesce(max(position), 0) FROM events");
    }

    public Guid Id { get; }

    /// <summary>Position of the last event.</summary>
    public long Head { get; }
}
