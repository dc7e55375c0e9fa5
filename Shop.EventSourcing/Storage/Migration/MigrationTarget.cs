using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>
/// A database that is moved to, held by one migration at a time once it is opened. What is written there, and in which order, is the
/// same for every engine; an engine says where its SQL differs, and how it takes many rows at once.
/// </summary>
/// <remarks>Identifiers are quoted with <c>"</c>, and parameters begin with <c>@</c>: both engines that there are take that.</remarks>
public abstract partial class MigrationTarget : IAsyncDisposable
{
    private DbConnection? connection;

    /// <summary>For people: without the password.</summary>
    public abstract string Location { get; }

    /// <summary>Where to read how an empty database is made, as the end of a sentence.</summary>
    public abstract string NewDatabase { get; }

    /// <summary>Names and types of a table's columns, by <c>@table</c>.</summary>
    protected abstract string ColumnsSql { get; }

    /// <summary>Creates <c>moved_here</c>, unless it is there: <c>source</c> and <c>digest</c> are text, <c>moved_at</c> is an instant.</summary>
    protected abstract string CreateMovedHereSql { get; }

    /// <summary>Tables, and the tables that they refer to.</summary>
    protected abstract string ReferencesSql { get; }

    /// <summary>The open connection.</summary>
    protected DbConnection Connection => connection ?? throw new InvalidOperationException("The target is not open.");

    /// <summary>What everything is part of just now, or null.</summary>
    protected DbTransaction? Transaction { get; private set; }

    /// <summary>Creates or upgrades the schema of a store, also of one that is being moved.</summary>
    /// <exception cref="MigrationException">The database cannot be used.</exception>
    public async Task PrepareAsync(IReadOnlyList<Table> tables, IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await using var engine = OpenStore(tables);
        try
        {
            await engine.InitializeAsync(scripts, cancellationToken);
        }
        catch (Exception error) when (error is DbException or TimeoutException or ArgumentException or NotSupportedException)
        {
            throw new MigrationException($"{Location} cannot be used: {engine.Explain(error).Reason}", error);
        }
    }

    /// <exception cref="MigrationException">Another migration to this database is running.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        connection = NewConnection();
        await connection.OpenAsync(cancellationToken);
        if (!await TryLockAsync(cancellationToken))
            throw new MigrationException($"Another migration to {Location} is running. Wait for its end.");
    }

    /// <summary>What is known of a migration to this database, or null.</summary>
    internal async Task<MigrationRecord?> FindRecordAsync(CancellationToken cancellationToken) => (await ReadAsync(
        "SELECT source_id, source, finished_at, position FROM migrations",
        row => new MigrationRecord(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : Instant(row, 2), row.IsDBNull(3) ? null : row.GetInt64(3)),
        cancellationToken)).FirstOrDefault();

    /// <summary>Types of a table's columns by name; empty when there is no such table.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(string table, CancellationToken cancellationToken) =>
        (await ReadAsync(ColumnsSql, row => (Name: row.GetString(0), Type: row.GetString(1)), cancellationToken, ("@table", table)))
        .ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);

    /// <summary>What a column's values are; null: something that cannot be moved.</summary>
    public abstract MovedType? TypeOf(string table, string column, string type);

    /// <summary>Notes where the store comes from. From now on no service opens it until it is finished.</summary>
    /// <exception cref="MigrationException">The database is not empty.</exception>
    internal Task BeginAsync(Guid sourceId, string source, IReadOnlyList<MovedTable> tables, DateTimeOffset now, CancellationToken cancellationToken) =>
        TransactAsync(
            async () =>
            {
                // Locks it.
                await ExecuteAsync("UPDATE log_head SET position = position", cancellationToken);
                await RefuseFullAsync(tables, cancellationToken);
                await ExecuteAsync(
                    "INSERT INTO migrations (source_id, source, started_at) VALUES (@id, @source, @now)", cancellationToken,
                    ("@id", sourceId), ("@source", source), ("@now", now.ToUniversalTime()));
            },
            cancellationToken);

    /// <exception cref="MigrationException">A table has rows.</exception>
    internal async Task RefuseFullAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            if (await NumberAsync($"SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM \"{table.Name}\") THEN 1 ELSE 0 END AS bigint)", cancellationToken) > 0)
            {
                throw new MigrationException(
                    $"{Location} is not empty: table {table.Name} has rows, and they come from no migration. Give an empty database: stop the services, then drop and create it, {NewDatabase}.");
            }
        }
    }

    internal Task<long> HeadAsync(CancellationToken cancellationToken) => NumberAsync("SELECT position FROM log_head", cancellationToken);

    /// <summary>Makes an empty table in the shape of another one.</summary>
    public abstract Task CreateLikeAsync(string table, string model, CancellationToken cancellationToken);

    /// <summary>Adds the events after one position up to another, and moves the head of the log with them.</summary>
    internal async Task AddEventsAsync(MovedTable events, IEnumerable<object?[]> rows, long from, long to, CancellationToken cancellationToken)
    {
        await ReadyAsync(events, cancellationToken);
        await TransactAsync(
            async () =>
            {
                await CopyAsync(events, rows, cancellationToken);
                if (await ExecuteAsync("UPDATE log_head SET position = @to WHERE position = @from", cancellationToken, ("@to", to), ("@from", from)) != 1)
                    throw new MigrationException($"Somebody appends to {Location} while the store is moved there. Stop the services, give an empty database and start again.");
            },
            cancellationToken);
    }

    /// <summary>Makes a table what the source's is, in one transaction.</summary>
    internal async Task ReplaceAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await ReadyAsync(table, cancellationToken);
        await TransactAsync(
            async () =>
            {
                await ExecuteAsync($"TRUNCATE TABLE \"{table.Name}\"", cancellationToken);
                await CopyAsync(table, rows, cancellationToken);
            },
            cancellationToken);
    }

    internal async Task<TableDigest> DigestAsync(MovedTable table, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT {table.ColumnList} FROM \"{table.Name}\"");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await TableDigest.OfAsync(RowsAsync(reader, cancellationToken), cancellationToken);
    }

    /// <summary>Lets the services in.</summary>
    internal async Task FinishAsync(long position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        await ExecuteAsync("UPDATE migrations SET finished_at = @now, position = @position", cancellationToken, ("@now", now.ToUniversalTime()), ("@position", position));
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore();
        GC.SuppressFinalize(this);
    }

    protected virtual async ValueTask DisposeAsyncCore()
    {
        if (connection is not null)
            await connection.DisposeAsync();
    }

    /// <summary>The store's engine, which opens a half moved store too.</summary>
    protected abstract IStorageEngine OpenStore(IReadOnlyList<Table> tables);

    /// <summary>A closed connection of no pool, on which commands have all the time that they take.</summary>
    protected abstract DbConnection NewConnection();

    /// <summary>Keeps other migrations out for as long as the connection lives.</summary>
    /// <returns>False: one is in.</returns>
    protected abstract Task<bool> TryLockAsync(CancellationToken cancellationToken);

    /// <summary>Keeps everybody from writing to tables until the end of the transaction.</summary>
    protected abstract Task LockAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken);

    /// <summary>Does what <see cref="CopyAsync"/> needs and what cannot be part of its transaction.</summary>
    protected virtual Task ReadyAsync(MovedTable table, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Adds rows, with the numbers that the database would give itself.</summary>
    protected abstract Task CopyAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken);

    /// <summary>Numbers that the database gives go on after the last one that came.</summary>
    protected abstract Task ContinueNumbersAsync(MovedTable table, CancellationToken cancellationToken);

    /// <summary>After the last rows, outside of any transaction: tidies up, and tells the database that there is much more in it now.</summary>
    protected virtual Task SettleAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected async Task<long> NumberAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset Instant(DbDataReader row, int column) => new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));

    private static async IAsyncEnumerable<object?[]> RowsAsync(DbDataReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = new object?[reader.FieldCount];
        while (await reader.ReadAsync(cancellationToken))
        {
            reader.GetValues(row!);
            yield return row;
        }
    }

    private async Task TransactAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await using var transaction = Transaction = await Connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await work();
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            Transaction = null;
        }
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private DbCommand Command(string sql, params (string Name, object Value)[] values)
    {
        var command = Connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, Transaction);
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <param name="Position">Of the last event that was moved, once it is finished.</param>
internal sealed record MigrationRecord(Guid SourceId, string Source, DateTimeOffset? FinishedAt, long? Position)
{
    public string WhenFinished => FinishedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "";
}
