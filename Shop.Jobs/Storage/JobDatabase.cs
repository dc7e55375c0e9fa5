using System.Data.Common;
using Shop.EventSourcing.Storage;

namespace Shop.Jobs.Storage;

/// <summary>Where the scheduler's tables and the history of runs are: SQL that all databases understand, and where they differ.</summary>
internal abstract class JobDatabase : IAsyncDisposable
{
    /// <summary>As <c>Shop:Store</c> names it.</summary>
    public abstract string Engine { get; }

    /// <summary>True when other processes run the same jobs.</summary>
    public abstract bool IsShared { get; }

    /// <summary>The database's clock, in microseconds since 1970.</summary>
    public abstract string Now { get; }

    public abstract string ConnectionString { get; }

    /// <summary>The end of a query that has an <c>ORDER BY</c>: so many rows after so many others, as parameters or numbers.</summary>
    public virtual string Page(string limit, string offset) => $"LIMIT {limit} OFFSET {offset}";

    protected static IReadOnlyList<SchemaScript> Scripts(string engine) => SchemaScript.FromAssembly(typeof(JobDatabase).Assembly, engine);

    /// <summary>Applies the numbered scripts, each once, while nobody else can.</summary>
    public abstract Task UpgradeAsync(CancellationToken cancellationToken);

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Whether it was refused because there is such a row already.</summary>
    public abstract bool IsDuplicate(DbException error);

    /// <returns>False: there is such a row already.</returns>
    public virtual async Task<bool> AddAsync(string insert, CancellationToken cancellationToken, params (string Name, object? Value)[] values) =>
        await ExecuteAsync($"{insert} ON CONFLICT DO NOTHING", cancellationToken, values) > 0;

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<T>> QueryAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public abstract ValueTask DisposeAsync();

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
