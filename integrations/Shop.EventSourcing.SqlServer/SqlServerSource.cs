using System.Data;
using Microsoft.Data.SqlClient;

namespace Shop.EventSourcing.SqlServer;

/// <summary>The connections of one store: the connection string with our defaults where it says nothing.</summary>
internal sealed class SqlServerSource
{
    private const string AnyDatabase = "master";

    public SqlServerSource(string connectionString)
    {
        Settings = new(connectionString);
        if (!Settings.ShouldSerialize("Application Name"))
            Settings.ApplicationName = "shop";

        // A commit is one batch at a time, and nothing may join a transaction of the caller's.
        Settings.MultipleActiveResultSets = false;
        Settings.Enlist = false;
        ConnectionString = Settings.ConnectionString;
    }

    public string ConnectionString { get; }

    private SqlConnectionStringBuilder Settings { get; }

    public string Database => Settings.InitialCatalog is { Length: > 0 } named ? named : AnyDatabase;

    public string User => Settings.UserID is { Length: > 0 } named ? named : Environment.UserName;

    /// <summary>For people: without the password.</summary>
    public string Location => $"SQL Server database {Database} at {Settings.DataSource} as {User}";

    /// <summary>The caller's to dispose.</summary>
    public async Task<SqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Empties what deleted and overwritten rows have left in the database's files; reads all of them.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new SqlCommand(EmbeddedSql.Read("purge"), connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads with one view of the database, however long it takes.</summary>
    public async Task<T> SnapshotAsync<T>(Func<SqlConnection, SqlTransaction, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        try
        {
            await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(IsolationLevel.Snapshot, cancellationToken);
            var result = await read(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            await ForgetLevelAsync(connection);
        }
    }

    /// <summary>The level outlives the transaction, and the pool gives the connection to others.</summary>
    private static async Task ForgetLevelAsync(SqlConnection connection)
    {
        if (connection.State != ConnectionState.Open)
            return;
        await using var command = new SqlCommand("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
