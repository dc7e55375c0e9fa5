using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Tests;

namespace Shop.EventSourcing.Tests.Store;

public sealed class EventStoreOnSqliteTests : EventStoreContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-store-").FullName;

    /// <summary>So many that their table's pages split several times.</summary>
    [Fact]
    public async Task The_files_keep_no_byte_of_a_destroyed_key()
    {
        const int Subjects = 200;
        var wrapped = await WriteManyAsync(Subjects);
        new ByteSearch(wrapped.Values).FindInFolder(folder).Count.ShouldBeGreaterThanOrEqualTo(Subjects, "the search sees keys that are there");

        var erased = Enumerable.Range(0, Subjects).Where(number => number % 3 != 1).Select(number => $"person:{number}").ToList();
        foreach (var subject in erased)
            (await EraseAsync(subject)).ShouldBeTrue();

        new ByteSearch(erased.Select(subject => wrapped[subject])).FindInFolder(folder).ShouldBeEmpty();
        new ByteSearch(wrapped.Where(key => !erased.Contains(key.Key)).Select(key => key.Value)).FindInFolder(folder).Count.ShouldBe(Subjects - erased.Count);
    }

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
