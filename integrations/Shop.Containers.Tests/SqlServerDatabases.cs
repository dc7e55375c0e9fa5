using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.SqlClient;

namespace Shop.Containers.Tests;

/// <summary>The databases of a SQL Server on this machine.</summary>
/// <param name="administratorPassword">Of <c>sa</c>.</param>
internal sealed class SqlServerDatabases(int port, string administratorPassword)
{
    private const string Administrator = "sa";
    private const int CommandSeconds = 120;
    private const int ConnectSeconds = 5;

    private readonly string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>A batch each: a database is created outside of transactions.</summary>
    public static IReadOnlyList<string> CreationScript(string name, string password) =>
    [
        $"IF DB_ID('{name}') IS NOT NULL BEGIN ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {name}; END",
        $"IF SUSER_ID('{name}') IS NOT NULL DROP LOGIN {name}",
        $"CREATE DATABASE {name}",
        $"ALTER DATABASE {name} SET READ_COMMITTED_SNAPSHOT ON",
        $"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON",
        $"CREATE LOGIN {name} WITH PASSWORD = '{password}', CHECK_POLICY = OFF",
        $"ALTER AUTHORIZATION ON DATABASE::{name} TO {name}",
    ];

    /// <inheritdoc cref="TestServers.IDatabaseServer.CreateDatabaseAsync"/>
    public async Task<string> CreateAsync(string name)
    {
        await using var connection = await OpenAsync();
        foreach (var batch in CreationScript(name, password))
            await ExecuteAsync(connection, batch);
        return For(port, name, name, password).ConnectionString;
    }

    /// <inheritdoc cref="TestServers.IDatabaseServer.Through"/>
    public static string Through(string connectionString, int port) =>
        new SqlConnectionStringBuilder(connectionString) { DataSource = Server(port) }.ConnectionString;

    /// <summary>Whether the server serves.</summary>
    public async Task<bool> IsOpenAsync()
    {
        try
        {
            await using var connection = await OpenAsync();
            await ExecuteAsync(connection, "SELECT 1");
            return true;
        }
        catch (SqlException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(SqlConnection connection, string batch)
    {
        await using var command = new SqlCommand(batch, connection) { CommandTimeout = CommandSeconds };
        await command.ExecuteNonQueryAsync();
    }

    private static SqlConnectionStringBuilder For(int port, string database, string user, string password) => new()
    {
        DataSource = Server(port),
        InitialCatalog = database,
        UserID = user,
        Password = password,
        // The server in a container has made its certificate itself.
        TrustServerCertificate = true,
    };

    private static string Server(int port) => string.Create(CultureInfo.InvariantCulture, $"tcp:127.0.0.1,{port}");

    private async Task<SqlConnection> OpenAsync()
    {
        var administrator = For(port, "master", Administrator, administratorPassword);
        // Its connections would outlive a crash of the server.
        administrator.Pooling = false;
        administrator.ConnectTimeout = ConnectSeconds;
        var connection = new SqlConnection(administrator.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
