using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Storage;

namespace Shop.EventSourcing.SqlServer.Tests.Storage;

[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class SqlServerEngineTests : StorageEngineContract
{
    private TestDatabase database = null!;

    protected override SchemaScript Tables { get; } =
        TestTables.Script("uniqueidentifier", "datetimeoffset(6)", "bit", "nvarchar(max) COLLATE Latin1_General_100_BIN2", TestDatabase.KeyType);

    [Fact]
    public async Task A_commit_whose_connection_breaks_throws_and_the_next_one_connects_anew()
    {
        await using var other = Open();
        await other.CommitAsync([Append("order-1", 0)], default);
        await using var holding = await database.ConnectAsync();
        await TestDatabase.RunAsync(holding, "BEGIN TRANSACTION; UPDATE log_head SET position = position");
        var committing = other.CommitAsync([Append("order-1", 1)], default);
        await Task.Delay(200);
        await KillAllButAsync(holding);

        (await Should.ThrowAsync<SqlException>(() => committing)).ShouldSatisfyAllConditions(
            broken => StorageFailure.IsTransient(broken).ShouldBeTrue(), broken => other.Explain(broken).Kind.ShouldBe(StorageFailureKind.Away));

        await TestDatabase.RunAsync(holding, "ROLLBACK TRANSACTION");
        (await other.CommitAsync([Append("order-1", 1)], default)).ShouldBe([new WriteResult(WriteOutcome.Committed, 2)]);
    }

    [Fact]
    public async Task A_value_that_a_column_cannot_hold_fails_its_write_set_alone()
    {
        await using var other = Open();
        var results = await other.CommitAsync(
            [
                new WriteSet { Rows = [TestTables.Tags.Upsert(new AccountTagRow { AccountId = Guid.CreateVersion7(), Tag = new('x', 451) })] }, Append("order-1", 0),
                new WriteSet { Outbox = [Message() with { Destination = new('y', 2_001) }] }, Append(new('z', 401), 0), Append("order-2", 0),
            ],
            default);

        results.Select(result => result.Outcome).ShouldBe(
            [WriteOutcome.Conflict, WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Committed]);
        results.Select(result => result.Error is null).ShouldBe([false, true, false, false, true]);
    }

    [Fact]
    public async Task A_stream_that_ends_with_a_space_fails_its_write_set_alone_and_is_nobody_elses()
    {
        await using var other = Open();
        var results = await other.CommitAsync([Append("order-1", 0), Append("order-1 ", 0), Append("order-2", 0)], default);

        results.Select(result => (result.Outcome, result.Error?.Message.Contains("space", StringComparison.Ordinal))).ShouldBe(
            [(WriteOutcome.Committed, null), (WriteOutcome.Conflict, true), (WriteOutcome.Committed, null)]);
        (await other.ReadStreamAsync("order-1 ", 0, null, null, 10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_are_two_streams()
    {
        await using var other = Open();
        await other.CommitAsync([Append("order-a", 0), Append("order-A", 0)], default);

        (await other.ReadStreamNamesAsync("order-", "", 10, default)).Select(entry => entry.Name).ShouldBe(["order-A", "order-a"]);
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

    [Fact]
    public async Task A_claim_passes_over_what_another_sweep_has_locked()
    {
        await using var other = Open();
        var messages = Enumerable.Range(0, 10).Select(_ => Message(dueAt: Start)).ToList();
        await other.CommitAsync([new WriteSet { Outbox = messages }], default);
        await using var connection = await database.ConnectAsync();
        await TestDatabase.RunAsync(connection, $"BEGIN TRANSACTION; UPDATE outbox SET claimed_until = claimed_until WHERE id = '{messages[3].Id}'");

        var claimed = await other.ClaimOutboxAsync(Start, TimeSpan.FromMinutes(1), 20, scheduledOnly: false, default).WaitAsync(TimeSpan.FromMinutes(1));

        claimed.Select(message => message.Id).ShouldBe(messages.Select(message => message.Id).Where(id => id != messages[3].Id), ignoreOrder: true);
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

    protected override IStorageEngine Open() => new SqlServerEngine(database.ConnectionString, TestTables.All);

    protected override IStorageEngine OpenWithoutTables() => new SqlServerEngine(database.ConnectionString, []);

    protected override async Task CreateDatabaseAsync() => database = await TestDatabase.CreateAsync();

    protected override Task DropDatabaseAsync() => database.DropAsync();

    protected override async Task<IAsyncDisposable> HoldAppendOpenAsync(string stream, long position)
    {
        var connection = await database.ConnectAsync();
        await TestDatabase.RunAsync(connection, $$"""
            BEGIN TRANSACTION;
            UPDATE log_head SET position = {{position}};
            INSERT INTO streams (id, name, version) VALUES ({{position}}, '{{stream}}', 1);
            INSERT INTO events (position, stream_id, version, event_id, type, data, recorded_at)
            VALUES ({{position}}, {{position}}, 1, NEWID(), 'thing-happened.v1', CAST('{}' AS varbinary(max)), '{{Start.UtcDateTime:yyyy-MM-ddTHH:mm:ss}}');
            """);
        return new HeldAppend(connection);
    }

    protected override Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    protected override Task<long> CountAsync(string sql) => database.CountAsync(sql);

    private async Task KillAllButAsync(SqlConnection spared)
    {
        await using var command = new SqlCommand("SELECT @@SPID", spared);
        var session = await command.ExecuteScalarAsync();
        await using var connection = await database.ConnectAsync();
        await TestDatabase.RunAsync(connection, $"""
            DECLARE @kill nvarchar(max) = N'';
            SELECT @kill = @kill + N'KILL ' + CAST(session_id AS nvarchar(10)) + N'; '
            FROM sys.dm_exec_sessions
            WHERE database_id = DB_ID() AND session_id NOT IN (@@SPID, {session});
            EXEC (@kill);
            """);
    }

    private sealed class HeldAppend(SqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await TestDatabase.RunAsync(connection, "COMMIT TRANSACTION");
            await connection.DisposeAsync();
        }
    }
}
