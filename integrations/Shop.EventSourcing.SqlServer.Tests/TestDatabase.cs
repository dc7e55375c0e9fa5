using System.Globalization;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>A database of one test's own, on the server that <c>SHOP_SQLSERVER</c> names.</summary>
internal sealed class TestDatabase
{
    public const string Variable = "SHOP_SQLSERVER";

    /// <summary>Of a string that is a key in a read model.</summary>
    public const string KeyType = "nvarchar(450) COLLATE Latin1_General_100_BIN2";

    private readonly string server;

    private TestDatabase(string server, string connectionString)
    {
        this.server = server;
        ConnectionString = connectionString;
    }

    public static SchemaScript[] TallyScripts { get; } = [.. TallyListRow.ScriptsWith(KeyType).Select(StandIn.Adapt)];

    public string ConnectionString { get; }

    private string Name => new SqlConnectionStringBuilder(ConnectionString).InitialCatalog;

    /// <summary>The administrator's connection string.</summary>
    public static string Server() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server
        ? server
        : throw new InvalidOperationException(
            $"{Variable} is not set. Give it the connection string of a SQL Server (2022 or later) where tests may create databases, such as "
            + "Server=localhost;User ID=sa;Password=…;TrustServerCertificate=True, and run them again.");

    public static async Task<TestDatabase> CreateAsync()
    {
        var server = Server();
        var name = $"t{Guid.CreateVersion7():N}";
        var database = new TestDatabase(server, new SqlConnectionStringBuilder(server) { InitialCatalog = name }.ConnectionString);
        await RunAsync(server, $"CREATE DATABASE {name}");
        return database;
    }

    public async Task DropAsync()
    {
        SqlConnection.ClearAllPools();
        await DropAsync(server, Name);
    }

    internal static Task DropAsync(string server, string name) => StandIn.IsUsed
        ? StandIn.DropAsync(server, name)
        : RunAsync(server, $"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {name}");

    public Task ExecuteAsync(string sql) => RunAsync(ConnectionString, sql);

    public async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new SqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public Task<SqlConnection> ConnectAsync() => ConnectAsync(ConnectionString);

    internal static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = await ConnectAsync(connectionString);
        await RunAsync(connection, sql);
    }

    internal static async Task RunAsync(SqlConnection connection, string sql)
    {
        await using var command = new SqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<SqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new SqlConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>One after the other: they share a server.</summary>
[CollectionDefinition(Name)]
public sealed class SqlServerCollection
{
    public const string Name = "SQL Server";

    /// <summary>The trait of tests that fail without a server: <c>--filter Needs!=SqlServer</c> leaves them out.</summary>
    public const string Needs = "Needs";
    public const string Server = "SqlServer";
}
