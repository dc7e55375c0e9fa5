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

    [Fact]
    public async Task A_broken_connection_throws_and_the_next_commit_connects_anew()
    {
        await using var other = Open();
        await other.CommitAsync([Append("order-1", 0)], default);
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        await Should.ThrowAsync<NpgsqlException>(() => other.CommitAsync([Append("order-1", 1)], default));

        (await other.CommitAsync([Append("order-1", 1)], default)).ShouldBe([new WriteResult(WriteOutcome.Committed, 2)]);
    }

    [Fact]
    public async Task A_value_that_a_column_cannot_hold_fails_its_write_set_alone()
    {
        await using var other = Open();
        var results = await other.CommitAsync(
            [new WriteSet { Rows = [TestTables.Accounts.Upsert(Account() with { Owner = "a\0b" })] }, Append("order-1", 0)], default);

        results.Select(result => (result.Outcome, result.Error is null)).ShouldBe([(WriteOutcome.Conflict, false), (WriteOutcome.Committed, true)]);
    }

    [Fact]
    public async Task The_log_of_a_database_that_no_new_version_has_opened_can_be_read()
    {
        await using var other = Open();
        await other.CommitAsync([Append("order-1", 0)], default);
        await ExecuteAsync("DROP FUNCTION read_log");

        (await other.ReadLogAsync(0, 10, default)).ShouldHaveSingleItem().Stream.ShouldBe("order-1");
    }

    [Fact]
    public async Task Commits_of_two_processes_serialise_without_deadlock_or_gap()
    {
        await using var other = Open();
        await using var another = Open();
        var message = Enumerable.Range(0, 40).Select(_ => Message(dueAt: Start)).ToList();
        await other.CommitAsync([new WriteSet { Outbox = message }], default);

        await Task.WhenAll(
            Task.Run(() => DriveAsync(other, message.Select(waiting => waiting.Id))),
            Task.Run(() => DriveAsync(another, message.Select(waiting => waiting.Id).Reverse())),
            Task.Run(() => ClaimRepeatedlyAsync(other)));

        (await other.ReadLogAsync(0, 1_000, default)).Select(recorded => recorded.Position).ShouldBe(Enumerable.Range(1, 80).Select(position => (long)position));
        (await other.ReadOutboxAsync(100, default)).ShouldBeEmpty();
    }

    private static async Task DriveAsync(IStorageEngine engine, IEnumerable<Guid> deletes)
    {
        foreach (var id in deletes)
        {
            var result = await engine.CommitAsync([new() { Appends = [new("shared-1", StreamAppend.AnyVersion, [Event()])], OutboxDeletes = [id] }], default);
            result[0].Outcome.ShouldBe(WriteOutcome.Committed);
        }
    }

    private static async Task ClaimRepeatedlyAsync(IStorageEngine engine)
    {
        for (var minute = 0; minute < 40; minute++)
            await engine.ClaimOutboxAsync(Start.AddMinutes(minute), TimeSpan.FromSeconds(30), 20, scheduledOnly: false, default);
    }

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
