using Shop.TestServers;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

/// <summary>A private PostgreSQL server for one test run.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PostgreSqlServer? server;

    /// <summary>Without a pool: its connections would outlive a crash of the server.</summary>
    public string AdministratorConnectionString => server!.AdministratorConnectionString;

    /// <summary>The folder with its files.</summary>
    public string Data => server!.Data;

    public async Task InitializeAsync() => server = await PostgreSqlServer.StartAsync();

    public async Task DisposeAsync() => await server!.DisposeAsync();

    /// <summary>Creates an empty database and a role that owns it and nothing else.</summary>
    /// <returns>The connection string of that role.</returns>
    public Task<string> CreateDatabaseAsync() => server!.CreateDatabaseAsync($"t{Guid.CreateVersion7():N}");

    public Task DropDatabaseAsync(string connectionString) => server!.DropDatabaseAsync(connectionString);

    /// <summary>Runs SQL as the administrator.</summary>
    public Task ExecuteAsync(string sql) => server!.ExecuteAsync(sql);

    /// <summary>As a crash would.</summary>
    public Task StopAsync() => server!.KillAsync();

    public Task StartAsync() => server!.RestartAsync();

    public async Task CrashAndRestartAsync(TimeSpan away)
    {
        await StopAsync();
        await Task.Delay(away);
        await StartAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

/// <summary>With a server of its own, so that both use a processor.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresStoreCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL, event store";
}
