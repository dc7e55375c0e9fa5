using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Store;

public sealed class EventStoreOnSqliteTests : EventStoreContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-store-").FullName;

    protected override IStorageEngine Open() => new SqliteEngine(Path.Combine(folder, "store.db"), Tables);

    protected override Task CreateDatabaseAsync() => Task.CompletedTask;

    protected override Task DropDatabaseAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

[Collection(PostgresCollection.Name)]
public sealed class EventStoreOnPostgreSqlTests(PostgresServer server) : EventStoreContract
{
    private string connectionString = "";

    protected override IStorageEngine Open() => new PostgreSqlEngine(connectionString, Tables);

    protected override async Task CreateDatabaseAsync() => connectionString = await server.CreateDatabaseAsync();

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(connectionString);
}
