using Microsoft.Data.Sqlite;
using Npgsql;
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

    protected override string[] WorkerArguments => ["sqlite", Path.Combine(folder, "store.db")];

    protected override async Task<IOpenAppend> OpenAppendAsync(string stream, string type, string data) => await OpenAppend.BeginAsync(
        new SqliteConnection($"Data Source={Path.Combine(folder, "store.db")};Default Timeout=300;Pooling=False"),
        $"INSERT INTO streams (id, name, version) SELECT coalesce(max(position), 0) + 1, '{stream}', 1 FROM events;"
        + "INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)"
        + $" SELECT coalesce(max(position), 0) + 1, coalesce(max(position), 0) + 1, 1, randomblob(16), '{type}', '{data}', NULL, 0 FROM events");

    protected override Task CreateDatabaseAsync() => Task.CompletedTask;

    protected override Task DropDatabaseAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

[Collection(PostgresStoreCollection.Name)]
public sealed class EventStoreOnPostgreSqlTests(PostgresServer server) : EventStoreContract
{
    private string connectionString = "";

    protected override IStorageEngine Open() => new PostgreSqlEngine(connectionString, Tables);

    protected override string[] WorkerArguments => ["postgresql", connectionString];

    protected override async Task<IOpenAppend> OpenAppendAsync(string stream, string type, string data) => await OpenAppend.BeginAsync(
        new NpgsqlConnection(connectionString),
        "UPDATE log_head SET position = position + 1;"
        + $"INSERT INTO streams (id, name, version) SELECT position, '{stream}', 1 FROM log_head;"
        + "INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)"
        + $" SELECT position, position, 1, gen_random_uuid(), '{type}', '{data}', NULL, now() FROM log_head");

    protected override async Task CreateDatabaseAsync() => connectionString = await server.CreateDatabaseAsync();

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(connectionString);
}
