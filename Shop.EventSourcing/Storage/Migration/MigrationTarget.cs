using System.Globalization;
using Npgsql;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>The PostgreSQL database that is moved to, held by one migration at a time.</summary>
internal sealed partial class MigrationTarget : IAsyncDisposable
{
    // Any number that nothing else in the database locks.
    private const long MigrationLock = 0x4D6F7665;

    private readonly NpgsqlConnection connection;
    private readonly string location;

    private MigrationTarget(NpgsqlConnection connection, string location) => (this.connection, this.location) = (connection, location);

    /// <exception cref="MigrationException">Another migration to this database is running.</exception>
    public static async Task<MigrationTarget> OpenAsync(string connectionString, string location, CancellationToken cancellationToken)
    {
        var target = new MigrationTarget(
            new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0, ApplicationName = "shop migrate" }.ConnectionString), location);
        try
        {
            await target.connection.OpenAsync(cancellationToken);
            if (!await target.SingleAsync<bool>($"SELECT pg_try_advisory_lock({MigrationLock})", cancellationToken))
                throw new MigrationException($"Another migration to {location} is running. Wait for its end.");
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is known of a migration to this database, or null.</summary>
    public async Task<MigrationRecord?> FindRecordAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT source_id, source, finished_at, position FROM migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2), reader.IsDBNull(3) ? null : reader.GetInt64(3))
            : null;
    }

    /// <summary>Types of a table's columns by name; empty when there is no such table.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT column_name::text, udt_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1", connection);
        command.Parameters.Add(new() { Value = table });
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            columns.Add(reader.GetString(0), reader.GetString(1));
        return columns;
    }

    /// <summary>Notes where the store comes from. From now on no service opens it until it is finished.</summary>
    /// <exception cref="MigrationException">The database is not empty.</exception>
    public async Task BeginAsync(Guid sourceId, string source, IReadOnlyList<MovedTable> tables, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("SELECT position FROM log_head FOR UPDATE", cancellationToken);
        await RefuseFullAsync(tables, cancellationToken);
        await ExecuteAsync("INSERT INTO migrations (source_id, source, started_at) VALUES ($1, $2, $3)", cancellationToken, sourceId, source, now.UtcDateTime);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <exception cref="MigrationException">A table has rows.</exception>
    public async Task RefuseFullAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            if (await SingleAsync<bool>($"SELECT EXISTS (SELECT FROM \"{table.Name}\")", cancellationToken))
            {
                throw new MigrationException(
                    $"{location} is not empty: table {table.Name} has rows, and they come from no migration. Give an empty database: stop the services, then drop and create it, such as with deploy/postgres/databases.sql.");
            }
        }
    }

    public Task<long> HeadAsync(CancellationToken cancellationToken) => SingleAsync<long>("SELECT position FROM log_head", cancellationToken);

    /// <summary>Makes an empty table in the shape of another one.</summary>
    public Task CreateLikeAsync(string table, string model, CancellationToken cancellationToken) =>
        ExecuteAsync($"CREATE TABLE \"{table}\" (LIKE \"{model}\" INCLUDING ALL)", cancellationToken);

    /// <summary>Adds the events after one position up to another, and moves the head of the log with them.</summary>
    public async Task AddEventsAsync(MovedTable events, IEnumerable<object?[]> rows, long from, long to, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await CopyAsync(events, rows, cancellationToken);
        if (await ExecuteAsync("UPDATE log_head SET position = $1 WHERE position = $2", cancellationToken, to, from) != 1)
            throw new MigrationException($"Somebody appends to {location} while the store is moved there. Stop the services, give an empty database and start again.");
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Makes a table what the source's is, in one transaction.</summary>
    public async Task ReplaceAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"TRUNCATE \"{table.Name}\"", cancellationToken);
        await CopyAsync(table, rows, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<TableDigest> DigestAsync(MovedTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT {table.ColumnList} FROM \"{table.Name}\"", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return TableDigest.Of(Rows(reader));
    }

    /// <summary>Lets the services in.</summary>
    public async Task FinishAsync(long position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ExecuteAsync("ANALYZE", cancellationToken);
        await ExecuteAsync("UPDATE migrations SET finished_at = $1, position = $2", cancellationToken, now.UtcDateTime, position);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static IEnumerable<object?[]> Rows(NpgsqlDataReader reader)
    {
        var row = new object?[reader.FieldCount];
        while (reader.Read())
        {
            reader.GetValues(row!);
            yield return row;
        }
    }

    private async Task CopyAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var importer = await connection.BeginBinaryImportAsync($"COPY \"{table.Name}\" ({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            importer.StartRow();
            for (var column = 0; column < row.Length; column++)
                table.Columns[column].Write(importer, row[column]);
        }

        await importer.CompleteAsync(cancellationToken);
    }

    private async Task<T> SingleAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <param name="Position">Of the last event that was moved, once it is finished.</param>
internal sealed record MigrationRecord(Guid SourceId, string Source, DateTimeOffset? FinishedAt, long? Position)
{
    public string WhenFinished => FinishedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "";
}
