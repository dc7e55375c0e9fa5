using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Shop.TestServers;

/// <summary>The databases of a PostgreSQL server on this machine.</summary>
/// <param name="administratorPassword">Of the role <c>postgres</c>; null where the server asks for none.</param>
public sealed class PostgreSqlDatabases(int port, string? administratorPassword)
{
    private readonly string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>Without a pool: its connections would outlive a crash of the server.</summary>
    public string AdministratorConnectionString { get; } = ConnectionString(port, "postgres", "postgres", administratorPassword) + ";Pooling=false";

    /// <inheritdoc cref="IDatabaseServer.CreateDatabaseAsync"/>
    public async Task<string> CreateAsync(string name)
    {
        await ExecuteAsync(
            $"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            $"DROP ROLE IF EXISTS {name}",
            $"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'",
            $"CREATE DATABASE {name} OWNER {name}",
            $"REVOKE ALL ON DATABASE {name} FROM PUBLIC");
        return ConnectionString(port, name, name, password);
    }

    /// <summary>Drops a database and its owner.</summary>
    public async Task DropAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)", $"DROP ROLE {name}");
    }

    /// <inheritdoc cref="IDatabaseServer.Through"/>
    public static string Through(string connectionString, int port) => new NpgsqlConnectionStringBuilder(connectionString) { Port = port }.ToString();

    /// <summary>Runs statements as the administrator, each in a transaction of its own.</summary>
    public async Task ExecuteAsync(params IReadOnlyList<string> statements)
    {
        await using var connection = new NpgsqlConnection(AdministratorConnectionString);
        await connection.OpenAsync();
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Whether the server serves.</summary>
    public async Task<bool> IsOpenAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string ConnectionString(int port, string role, string database, string? password) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username={role};Database={database}{(password is null ? "" : $";Password={password}")}");
}
