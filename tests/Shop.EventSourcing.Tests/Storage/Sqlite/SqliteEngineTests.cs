using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.EventSourcing.Tests.Storage.Sqlite;

public sealed class SqliteEngineTests : StorageEngineContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-sqlite-").FullName;

    protected override SchemaScript Tables { get; } = TestTables.Script("text", "integer", "integer");

    private string DatabasePath => Path.Combine(folder, "store.db");

    [Fact]
    public async Task The_write_ahead_log_is_folded_in_when_the_store_is_closed()
    {
        await using (var other = Open())
            await other.InitializeAsync([Tables], default);
        await DisposeEngineAsync();

        File.Exists(DatabasePath + "-wal").ShouldBeFalse();
        (await CountAsync("SELECT count(*) FROM events")).ShouldBe(0);
    }

    [Fact]
    public async Task A_table_that_lacks_a_column_is_refused_at_the_start()
    {
        await using var other = new SqliteEngine(Path.Combine(folder, "other.db"), TestTables.All);

        await Should.ThrowAsync<SqliteException>(() => other.InitializeAsync([new("001-narrow.sql", "CREATE TABLE account_tags (account_id text PRIMARY KEY);")], default));
    }

    [Fact]
    public async Task A_table_that_no_script_creates_is_made_from_its_row()
    {
        await using var other = new SqliteEngine(Path.Combine(folder, "other.db"), TestTables.All);

        await other.InitializeAsync([], default);

        (await other.ReadHeadAsync(default)).ShouldBe(0);
        await using var models = other.OpenReadModels();
        (await models.Set<AccountTagRow>().CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task People_can_read_the_log_in_the_shell()
    {
        await using (await HoldAppendOpenAsync("order-1", 1)) { }

        (await CountAsync("SELECT count(*) FROM log WHERE stream = 'order-1' AND recorded_at = '2026-03-01T12:00:00.000Z'")).ShouldBe(1);
    }

    protected override IStorageEngine Open() => new SqliteEngine(DatabasePath, TestTables.All);

    protected override IStorageEngine OpenWithoutTables() => new SqliteEngine(DatabasePath, []);

    protected override Task CreateDatabaseAsync() => Task.CompletedTask;

    protected override Task DropDatabaseAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override async Task<IAsyncDisposable> HoldAppendOpenAsync(string stream, long position)
    {
        var connection = await ConnectAsync();
        await RunAsync(connection, $"""
            BEGIN IMMEDIATE;
            INSERT INTO streams (id, name, version) VALUES ({position}, '{stream}', 1);
            INSERT INTO events (position, stream_id, version, event_id, type, data, recorded_at)
            VALUES ({position}, {position}, 1, x'{Guid.CreateVersion7():N}', 'thing-happened.v1', '{"{}"}', {Start.ToUnixMicroseconds()});
            """);
        return new HeldAppend(connection);
    }

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await RunAsync(connection, sql);
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

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private sealed class HeldAppend(SqliteConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await RunAsync(connection, "COMMIT");
            await connection.DisposeAsync();
        }
    }
}
