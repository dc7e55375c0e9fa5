using System.Globalization;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

[Collection(PostgresCollection.Name)]
public sealed class PostgreSqlEngineTests(PostgresServer server) : StorageEngineContract
{
    private string connectionString = "";

    protected override SchemaScript Tables { get; } = TestTables.Script("uuid", "timestamptz", "boolean");

    protected override IStorageEngine Open() => new PostgreSqlEngine(connectionString, TestTables.All);

    protected override IStorageEngine OpenWithoutTables() => new PostgreSqlEngine(connectionString, []);

    protected override async Task CreateDatabaseAsync() => connectionString = await server.CreateDatabaseAsync();

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(connectionString);

    protected override async Task<IAsyncDisposable> HoldAppendOpenAsync(string stream, long position)
    {
        var connection = await ConnectAsync();
        await RunAsync(connection, $"""
            BEGIN;
            SELECT position FROM log_head FOR UPDATE;
            UPDATE log_head SET position = {position};
            INSERT INTO streams (id, name, version) VALUES ({position}, '{stream}', 1);
            INSERT INTO events (position, stream_id, version, event_id, type, data, recorded_at)
            VALUES ({position}, {position}, 1, gen_random_uuid(), 'thing-happened.v1', '{"{}"}', '{Start:O}');
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
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class HeldAppend(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await RunAsync(connection, "COMMIT");
            await connection.DisposeAsync();
        }
    }
}
