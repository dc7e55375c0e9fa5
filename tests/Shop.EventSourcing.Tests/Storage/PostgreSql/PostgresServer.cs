using Shop.TestServers;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

/// <summary>A private PostgreSQL server for one test run.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PostgreSqlServer? server;

    public async Task InitializeAsync() => server = await PostgreSqlServer.StartAsync();

    public async Task DisposeAsync() => await server!.DisposeAsync();

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateDatabaseAsync() => server!.CreateDatabaseAsync();

    public Task DropDatabaseAsync(string connectionString) => server!.DropDatabaseAsync(connectionString);
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
