using System.Globalization;
using System.Text.RegularExpressions;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <inheritdoc/>
/// <param name="writing">Held by whoever writes to the file, so that nobody finds it busy.</param>
internal sealed partial class SqliteProjections(string path, SemaphoreSlim writing) : ProjectionStorage
{
    protected internal override SqlDialect Dialect { get; } = new(
        (left, right) => $"{left} IS NOT {right}",
        "||",
        (alias, columns) => $"json_object({string.Join(", ", columns.Select(column => $"'{column.Name}', {alias}.\"{column.Name}\""))})",
        (alias, column) => $"CAST({alias}.\"{column.Name}\" AS TEXT)");

    protected internal override async Task<T> SnapshotAsync<T>(Func<ISql, Task<T>> read, CancellationToken cancellationToken)
    {
        using var database = new SqliteHandle(path, readOnly: true);
        database.Execute("BEGIN");
        return await read(new Sql(database));
    }

    protected internal override async Task<T> WriteAsync<T>(Func<ISql, Task<T>> work, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            using var database = new SqliteHandle(path, readOnly: false);
            database.Execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
            var result = await work(new Sql(database));
            database.Execute("COMMIT");
            return result;
        }
        finally
        {
            writing.Release();
        }
    }

    protected internal override Task FenceAsync(ISql sql, string lease) =>
        sql.ExecuteAsync("INSERT INTO leases (name, token) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET token = token + 1", lease);

    protected internal override async Task<bool> HoldsAsync(ISql sql, Lease lease)
    {
        var token = SqliteWriter.FirstToken;
        await sql.QueryAsync("SELECT token FROM leases WHERE name = $1", row => token += row.Number(0)!.Value, lease.Name);
        return token == lease.Token;
    }

    // The transaction has the only lock that there is.
    protected internal override async Task<long> LockLogAsync(ISql sql)
    {
        var head = 0L;
        await sql.QueryAsync("SELECT coalesce(max(position), 0) FROM events", row => head = row.Number(0)!.Value);
        return head;
    }

    /// <summary>From what SQLite has kept of the statements that created the other one; what follows the name is taken as it is.</summary>
    protected internal override async Task CopyTableAsync(ISql sql, string from, string to, long generation)
    {
        await sql.ExecuteAsync($"DROP TABLE IF EXISTS \"{to}\"");
        var statements = new List<string>();
        await sql.QueryAsync(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = $1 AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type = 'index'",
            row => statements.Add(Copied(row.Text(0)!, row.Text(1)!, row.Text(2)!, to, generation)),
            from);
        if (statements.Count == 0)
            throw new InvalidOperationException($"There is no table {from} to build another one beside it.");
        foreach (var statement in statements)
            await sql.ExecuteAsync(statement);
    }

    protected internal override Task WriteRowsAsync(ISql sql, IReadOnlyList<RowWrite> rows)
    {
        var statements = new Dictionary<Table, SqliteRows>();
        foreach (var row in rows)
        {
            if (!statements.TryGetValue(row.Table, out var prepared))
                statements.Add(row.Table, prepared = new(((Sql)sql).Database, row.Table));
            prepared.Write(row);
        }

        return Task.CompletedTask;
    }

    private static string Copied(string type, string name, string sql, string to, long generation)
    {
        if (type == "table")
            return string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE \"{to}\" {sql[sql.IndexOf('(', StringComparison.Ordinal)..]}");
        var unique = sql.StartsWith("CREATE UNIQUE", StringComparison.OrdinalIgnoreCase) ? "UNIQUE " : "";
        var columns = sql.IndexOf('(', sql.IndexOf(" ON ", StringComparison.OrdinalIgnoreCase));
        return string.Create(
            CultureInfo.InvariantCulture, $"CREATE {unique}INDEX \"{Generation().Replace(name, "")}__{generation}\" ON \"{to}\" {sql[columns..]}");
    }

    [GeneratedRegex(@"__\d+$")]
    private static partial Regex Generation();

    private sealed class Sql(SqliteHandle database) : ISql
    {
        private readonly Dictionary<string, SqliteStatement> statements = new(StringComparer.Ordinal);

        public SqliteHandle Database => database;

        public Task<int> ExecuteAsync(string sql, params object?[] values)
        {
            if (values.Length == 0)
                database.Execute(sql);
            else
                Bound(sql, values).Run();
            return Task.FromResult(database.Changes);
        }

        public Task QueryAsync(string sql, Action<ISqlRow> row, params object?[] values)
        {
            var statement = Bound(sql, values);
            var current = new Row(statement);
            try
            {
                while (statement.Step())
                    row(current);
            }
            finally
            {
                statement.Reset();
            }

            return Task.CompletedTask;
        }

        private SqliteStatement Bound(string sql, object?[] values)
        {
            if (!statements.TryGetValue(sql, out var statement))
                statements.Add(sql, statement = database.Prepare(sql.Replace('$', '?')));
            for (var index = 0; index < values.Length; index++)
            {
                switch (values[index])
                {
                    case null: statement.BindNull(index + 1); break;
                    case string text: statement.Bind(index + 1, text); break;
                    case long number: statement.Bind(index + 1, number); break;
                    case int number: statement.Bind(index + 1, (long)number); break;
                    case bool flag: statement.Bind(index + 1, flag ? 1L : 0L); break;
                    case Guid id: statement.Bind(index + 1, id.ToString("D")); break;
                    case DateTimeOffset instant: statement.Bind(index + 1, instant); break;
                    case var other: throw new NotSupportedException($"{other.GetType().Name} is no parameter here.");
                }
            }

            return statement;
        }
    }

    private sealed class Row(SqliteStatement statement) : ISqlRow
    {
        public string? Text(int column) => statement.TextOrNull(column);

        public long? Number(int column) => statement.IsNull(column) ? null : statement.Int64(column);

        public DateTimeOffset? Instant(int column) => statement.InstantOrNull(column);

        public bool? Flag(int column) => Number(column) is { } number ? number != 0 : null;

        public Guid? Id(int column) => Text(column) is { } text ? Guid.Parse(text) : null;
    }
}
