using System.Data;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <inheritdoc/>
internal sealed class PostgreSqlProjections(NpgsqlDataSource source, IReadOnlyDictionary<Table, PostgreSqlRows> rowsOf) : ProjectionStorage
{
    // An exchange of tables waits for the queries that read them, and holds up all that come after it: not for long. A process that
    // is stopped in the middle gives up what it had locked.
    private const string Patience = "SET LOCAL lock_timeout = '3s'; SET LOCAL idle_in_transaction_session_timeout = '10s'";

    protected internal override SqlDialect Dialect { get; } = new(
        (left, right) => $"{left} IS DISTINCT FROM {right}",
        "||",
        (alias, _) => $"row_to_json({alias})::text",
        (alias, column) => TypeOf(column) == typeof(DateTimeOffset) ? $"(extract(epoch FROM {alias}.\"{column.Name}\") * 1000000)::bigint::text"
            : TypeOf(column) == typeof(bool) ? $"{alias}.\"{column.Name}\"::int::text"
            : $"{alias}.\"{column.Name}\"::text");

    protected internal override async Task<T> SnapshotAsync<T>(Func<ISql, Task<T>> read, CancellationToken cancellationToken) =>
        await TransactAsync(IsolationLevel.RepeatableRead, null, read, cancellationToken);

    protected internal override async Task<T> WriteAsync<T>(Func<ISql, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await TransactAsync(IsolationLevel.ReadCommitted, Patience, work, cancellationToken);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new DomainException("projection-busy", "Somebody reads its rows for longer than 3 s. Nothing was changed; try again in a moment.", conflict: true);
        }
    }

    // Also where nobody has it: whoever is just taking it waits for us, and then finds what we have changed.
    protected internal override Task FenceAsync(ISql sql, string lease) => sql.ExecuteAsync(
        """
        INSERT INTO leases AS held (name, holder, token, expires_at) VALUES ($1, '00000000-0000-0000-0000-000000000000', 1, '-infinity')
        ON CONFLICT (name) DO UPDATE SET token = held.token + 1, expires_at = '-infinity'
        """, lease);

    protected internal override async Task<bool> HoldsAsync(ISql sql, Lease lease) =>
        await sql.ExecuteAsync("UPDATE leases SET token = token WHERE name = $1 AND token = $2", lease.Name, lease.Token) > 0;

    protected internal override async Task<long> LockLogAsync(ISql sql)
    {
        var head = 0L;
        await sql.QueryAsync("SELECT position FROM log_head WHERE id FOR UPDATE", row => head = row.Number(0)!.Value);
        return head;
    }

    protected internal override Task CopyTableAsync(ISql sql, string from, string to, long generation) =>
        sql.ExecuteAsync($"DROP TABLE IF EXISTS \"{to}\"; CREATE TABLE \"{to}\" (LIKE \"{from}\" INCLUDING ALL)");

    protected internal override Task WriteRowsAsync(ISql sql, IReadOnlyList<RowWrite> rows)
    {
        List<string> statements = [];
        List<byte[]> json = [];
        var batches = new RowBatches(rowsOf);
        foreach (var row in rows)
            batches.Add(1, row);
        batches.MoveTo(statements, json);
        return sql.ExecuteAsync(
            "SELECT write_rows($1, $2, ARRAY[true])", statements.ToArray(), json.Select(System.Text.Encoding.UTF8.GetString).ToArray());
    }

    private async Task<T> TransactAsync<T>(IsolationLevel isolation, string? settings, Func<ISql, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken);
        var sql = new Sql(connection, cancellationToken);
        if (settings is not null)
            await sql.ExecuteAsync(settings);
        var result = await work(sql);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static Type TypeOf(Table.Column column) => Nullable.GetUnderlyingType(column.Type) ?? column.Type;

    private sealed class Sql(NpgsqlConnection connection, CancellationToken cancellationToken) : ISql
    {
        public async Task<int> ExecuteAsync(string sql, params object?[] values)
        {
            await using var command = Command(sql, values);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async Task QueryAsync(string sql, Action<ISqlRow> row, params object?[] values)
        {
            await using var command = Command(sql, values);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var current = new Row(reader);
            while (await reader.ReadAsync(cancellationToken))
                row(current);
        }

        private NpgsqlCommand Command(string sql, object?[] values)
        {
            var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value is DateTimeOffset instant ? instant.UtcDateTime : value ?? DBNull.Value });
            return command;
        }
    }

    private sealed class Row(NpgsqlDataReader reader) : ISqlRow
    {
        public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        public long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

        public DateTimeOffset? Instant(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

        public bool? Flag(int column) => reader.IsDBNull(column) ? null : reader.GetBoolean(column);

        public Guid? Id(int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);
    }
}
