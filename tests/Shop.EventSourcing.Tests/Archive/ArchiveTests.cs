using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Archive;

public sealed class ArchiveOnSqliteTests : ArchiveContract
{
    private string DatabasePath => Path.Combine(Folder, "store.db");

    protected override IStorageEngine Open() => new SqliteEngine(DatabasePath, Tables);

    protected override Task CreateDatabaseAsync() => Task.CompletedTask;

    protected override Task DropDatabaseAsync() => Task.CompletedTask;

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    protected override async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}

[Collection(PostgresCollection.Name)]
public sealed class ArchiveOnPostgreSqlTests(PostgresServer server) : ArchiveContract
{
    private string connectionString = "";

    [Fact]
    public async Task Without_the_folder_the_archive_is_asked_for_by_name()
    {
        await using (var engine = await OpenReadyAsync())
            await NewArchiver(engine).ArchiveAsync(TimeSpan.FromDays(30));
        await using var elsewhere = new PostgreSqlEngine(connectionString, Tables);

        (await Should.ThrowAsync<InvalidDataException>(() => elsewhere.ReadLogAsync(0, 100, default))).Message.ShouldContain("Shop:Archive:Path");
        (await Should.ThrowAsync<InvalidDataException>(() => elsewhere.ReadStreamAsync("tally-1", 0, null, null, 100, default))).Message.ShouldContain("Shop:Archive:Path");
        (await elsewhere.ReadStreamAsync("tally-2", 0, null, null, 100, default)).Count.ShouldBe(3);
    }

    protected override IStorageEngine Open() => new PostgreSqlEngine(connectionString, Tables) { Segments = new(Path.Combine(Folder, "archive")) };

    protected override async Task CreateDatabaseAsync() => connectionString = await server.CreateDatabaseAsync();

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(connectionString);

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    protected override async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
