using System.Text;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.EventSourcing.Tests.Storage.Migration;

/// <summary>What holds of a store that moves from SQLite to any other engine.</summary>
public abstract class StoreMigrationContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SchemaScript SqliteScript = TestTables.Script("text", "integer", "integer");

    private readonly string folder = Directory.CreateTempSubdirectory("shop-migrate-").FullName;

    /// <summary>The test's own tables in the target.</summary>
    internal abstract SchemaScript TargetScript { get; }

    protected string FileOf(string name) => Path.Combine(folder, $"{name}.db");

    public abstract Task InitializeAsync();

    public virtual Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Everything_arrives_as_it_was()
    {
        await FillAsync("store", streams: 40, eventsEach: 7);

        var moved = await MoveAsync("store");

        (moved.Head, moved.ResumedAfter, moved.WasDone).ShouldBe((280, 0, false));
        await using var source = Sqlite("store");
        await using var target = await OpenTargetAsync();
        var log = await target.ReadLogAsync(0, int.MaxValue, default);
        Describe(log).ShouldBe(Describe(await source.ReadLogAsync(0, int.MaxValue, default)));
        Describe(await target.ReadStreamAsync("order-7", 0, null, null, 100, default)).ShouldBe(Describe(await source.ReadStreamAsync("order-7", 0, null, null, 100, default)));
        (await target.ReadHeadAsync(default)).ShouldBe(280);
        (await target.ReadOutboxAsync(100, default)).Select(Describe).ShouldBe((await source.ReadOutboxAsync(100, default)).Select(Describe));
        (await target.ReadParkedAsync(100, default)).Select(parked => parked with { Body = [] }).ShouldBe((await source.ReadParkedAsync(100, default)).Select(parked => parked with { Body = [] }));
        (await target.ReadSnapshotsAsync("", 100, default)).ShouldBe(await source.ReadSnapshotsAsync("", 100, default));
        (await target.ReadCheckpointAsync("accounts.v1", default)).ShouldBe(280);
        foreach (var entry in Enumerable.Range(0, 40))
            (await target.IsHandledAsync("things", Id(entry), default)).ShouldBeTrue();
        (await RowsAsync<AccountRow>(target)).ShouldBe(await RowsAsync<AccountRow>(source), ignoreOrder: true);
        (await RowsAsync<AccountTagRow>(target)).ShouldBe(await RowsAsync<AccountTagRow>(source), ignoreOrder: true);
    }

    [Fact]
    public async Task The_moved_store_goes_on_where_the_old_one_stopped()
    {
        await FillAsync("store", streams: 3, eventsEach: 2);
        await MoveAsync("store");
        await using var target = await OpenTargetAsync();

        var results = await target.CommitAsync([Append("order-1", 2), Append("order-1", 2), Append("order-new", 0)], default);

        results.Select(result => (result.Outcome, result.Position)).ShouldBe([(WriteOutcome.Committed, 7), (WriteOutcome.Conflict, 7), (WriteOutcome.Committed, 8)]);
        (await target.CommitAsync([new() { Inbox = new("things", Id(1), Start) }], default))[0].Outcome.ShouldBe(WriteOutcome.Duplicate);
    }

    [Fact]
    public async Task A_move_that_stopped_half_way_goes_on_also_when_the_source_has()
    {
        await FillAsync("store", streams: 2_000, eventsEach: 6);
        using (var stopped = new CancellationTokenSource())
        {
            await using var half = await OpenAsync("store");
            await Should.ThrowAsync<OperationCanceledException>(() => half.RunAsync(new At(5_000, stopped.Cancel), stopped.Token));
        }

        await using (var source = Sqlite("store"))
        {
            await source.InitializeAsync([SqliteScript], default);
            await source.CommitAsync([Append("order-1", 6), new() { OutboxDeletes = [Id(1_000_001)] }], default);
        }

        var moved = await MoveAsync("store");

        (moved.Head, moved.ResumedAfter).ShouldBe((12_001, 5_000));
        await using var target = await OpenTargetAsync();
        (await target.ReadStreamAsync("order-1", 0, null, null, 100, default)).Count.ShouldBe(7);
        (await target.ReadOutboxAsync(5_000, default)).Count.ShouldBe(1_999);
    }

    [Fact]
    public async Task Until_it_is_finished_no_service_opens_the_target()
    {
        await FillAsync("store", streams: 2, eventsEach: 1);
        await using (await OpenAsync("store"))
        {
        }

        (await Should.ThrowAsync<InvalidOperationException>(OpenTargetAsync)).Message.ShouldContain("Run Shop.Host migrate again");

        await MoveAsync("store");
        await using var target = await OpenTargetAsync();
    }

    [Fact]
    public async Task A_finished_move_is_not_done_again_and_two_shops_are_not_mixed()
    {
        await FillAsync("store", streams: 2, eventsEach: 1);
        await MoveAsync("store");
        (await MoveAsync("store")).WasDone.ShouldBeTrue();

        await using (var source = Sqlite("store"))
        {
            await source.InitializeAsync([SqliteScript], default);
            await source.CommitAsync([Append("order-1", 1)], default);
        }

        (await Should.ThrowAsync<MigrationException>(() => MoveAsync("store"))).Message.ShouldContain("since then the source has gone on to 3");
    }

    [Fact]
    public async Task A_target_that_is_not_empty_is_refused()
    {
        await FillAsync("store", streams: 1, eventsEach: 1);
        await using (var other = await OpenTargetAsync())
            await other.CommitAsync([Append("order-1", 0)], default);

        (await Should.ThrowAsync<MigrationException>(() => MoveAsync("store"))).Message.ShouldContain("is not empty: table events has rows");
    }

    [Fact]
    public async Task A_target_that_another_store_was_half_moved_to_is_refused()
    {
        await FillAsync("store", streams: 1, eventsEach: 1);
        await FillAsync("other", streams: 1, eventsEach: 1);
        await using (await OpenAsync("other"))
        {
        }

        (await Should.ThrowAsync<MigrationException>(() => MoveAsync("store"))).Message.ShouldContain("which is another store");
    }

    [Fact]
    public async Task Only_one_moves_to_a_target_at_a_time()
    {
        await FillAsync("store", streams: 1, eventsEach: 1);
        await using var first = await OpenAsync("store");

        (await Should.ThrowAsync<MigrationException>(() => MoveAsync("store"))).Message.ShouldContain("is running");
    }

    [Fact]
    public async Task A_log_whose_old_events_are_elsewhere_and_a_second_generation_of_a_read_model_move_as_well()
    {
        await FillAsync("store", streams: 10, eventsEach: 2);
        await using (var source = Sqlite("store"))
        {
            await source.InitializeAsync(
                [SqliteScript, new("002-more.sql", "CREATE TABLE account_tags__previous AS SELECT * FROM account_tags; DELETE FROM events WHERE position BETWEEN 3 AND 8")], default);
        }

        (await MoveAsync("store")).Head.ShouldBe(20);

        await using var target = await OpenTargetAsync();
        (await target.ReadHeadAsync(default)).ShouldBe(20);
        (await target.ReadLogAsync(0, 100, default)).Select(recorded => recorded.Position).ShouldBe([1, 2, .. Enumerable.Range(9, 12)]);
        (await NumberAsync("SELECT count(*) FROM account_tags__previous")).ShouldBe(10);
    }

    [Fact]
    public async Task A_table_that_the_target_lacks_is_not_left_behind_without_a_word()
    {
        await FillAsync("store", streams: 1, eventsEach: 1);
        await using (var source = Sqlite("store"))
            await source.InitializeAsync([SqliteScript, new("002-more.sql", "CREATE TABLE more (id integer PRIMARY KEY)")], default);

        (await Should.ThrowAsync<MigrationException>(() => MoveAsync("store"))).Message.ShouldContain("has no table more");
    }

    [Theory]
    [InlineData("UPDATE events SET type = 'another.v1' WHERE position = 2", "events")]
    [InlineData("UPDATE accounts SET balance_minor = 7", "accounts")]
    public async Task What_was_changed_in_the_target_meanwhile_is_found(string sql, string table)
    {
        await FillAsync("store", streams: 2_000, eventsEach: 3);
        await using var move = await OpenAsync("store");

        // The events are in by then; the rows of other tables come later.
        var failure = await Should.ThrowAsync<MigrationException>(() => move.RunAsync(new At(6_000, () => (table == "events" ? ExecuteAsync(sql) : SpoilAsync(sql)).GetAwaiter().GetResult())));

        failure.Message.ShouldContain($"Table {table} of ");
    }

    /// <summary>The engine of the target, which nobody has initialised.</summary>
    protected abstract IStorageEngine Target();

    protected abstract MigrationTarget Destination();

    protected abstract Task<long> NumberAsync(string sql);

    protected abstract Task ExecuteAsync(string sql);

    /// <summary>Has rows of <c>accounts</c> changed as soon as they are there.</summary>
    /// <param name="sql">Changes those that are there.</param>
    protected abstract Task SpoilAsync(string sql);

    private SqliteEngine Sqlite(string name) => new(FileOf(name), TestTables.All);

    private async Task<IStorageEngine> OpenTargetAsync()
    {
        var engine = Target();
        try
        {
            await engine.InitializeAsync([TargetScript], default);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    private Task<StoreMigration> OpenAsync(string name) => StoreMigration.OpenAsync(
        new(name, FileOf(name), TestTables.All, [SqliteScript], [TargetScript]), Destination(), TimeProvider.System, default);

    private async Task<MovedStore> MoveAsync(string name)
    {
        await using var migration = await OpenAsync(name);
        return await migration.RunAsync();
    }

    private async Task FillAsync(string name, int streams, int eventsEach)
    {
        await using var engine = Sqlite(name);
        await engine.InitializeAsync([SqliteScript], default);
        foreach (var group in Enumerable.Range(0, streams).Chunk(500))
            await engine.CommitAsync([.. group.Select(stream => Set(stream, eventsEach))], default);
        await engine.SaveProjectionAsync("accounts.v1", new("accounts", Id(1), 1, TimeSpan.FromSeconds(1)), 0, streams * eventsEach, [], default);
    }

    private static WriteSet Set(int stream, int events) => new()
    {
        Appends = [new($"order-{stream}", 0, [.. Enumerable.Range(1, events).Select(number => Event(stream, number))])],
        Inbox = new("things", Id(stream), Start.AddTicks(10 * stream)),
        Outbox = [new(Id(1_000_000 + stream), "exchange:things", "application/json", "urn:message:Thing", [1, 0, (byte)stream], stream % 2 == 0 ? null : "{}", Start, stream % 3 == 0 ? Start.AddDays(1) : null)],
        Parked = [new(Id(2_000_000 + stream), "things", stream % 2 == 0 ? null : Id(stream), "urn:message:Thing", "application/json", [0xFF, 0], null, "reason ü", "exception", Start)],
        Rows =
        [
            TestTables.Accounts.Upsert(new()
            {
                Id = Id(stream), Owner = stream % 2 == 0 ? null : "Zoë 🦊", BalanceMinor = stream, Visits = stream, Active = stream % 2 == 0, OpenedAt = Start.AddTicks(10 * stream),
                ClosedAt = stream % 3 == 0 ? Start : null, ReferrerId = stream % 5 == 0 ? Id(stream + 1) : null,
            }),
            TestTables.Tags.Upsert(new() { AccountId = Id(stream), Tag = "new" }),
            Snapshot.Table.Upsert(new() { Stream = $"order-{stream}", Version = events, Shape = "1-abc", State = "{\"n\":1}", TakenAt = Start }),
        ],
    };

    private static NewEvent Event(int stream, int number) => new(
        Id((stream * 1000) + number), "thing-happened.v1", Encoding.UTF8.GetBytes($"{{ \"n\" : {number}, \"t\":\"ü \\u0000\" }}"),
        number % 2 == 0 ? null : Encoding.UTF8.GetBytes("{\"trace\": \"00-1\" }"), Start.AddTicks(10 * ((stream * 7) + number)));

    private static WriteSet Append(string stream, long expectedVersion) => new() { Appends = [new(stream, expectedVersion, [Event(9_999, (int)expectedVersion)])] };

    private static Guid Id(int number) => new(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    private static IEnumerable<string> Describe(IEnumerable<RecordedEvent> events) => events.Select(recorded =>
        $"{recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Id} {recorded.Type} {Encoding.UTF8.GetString(recorded.Data)} {(recorded.Metadata is { } metadata ? Encoding.UTF8.GetString(metadata) : "-")} {recorded.RecordedAt:O}");

    private static string Describe(OutboxMessage message) =>
        $"{message.Id} {message.Destination} {message.ContentType} {message.MessageType} {Convert.ToHexString(message.Body)} {message.Headers} {message.CreatedAt:O} {message.DueAt:O}";

    private static Task<List<TRow>> RowsAsync<TRow>(IStorageEngine engine) where TRow : class
    {
        using var models = engine.OpenReadModels();
        return Task.FromResult<List<TRow>>([.. models.Query<TRow>()]);
    }

    /// <summary>Does something once that many events are moved.</summary>
    private sealed class At(long moved, Action act) : IProgress<(long Moved, long Head)>
    {
        public void Report((long Moved, long Head) value)
        {
            if (value.Moved == moved)
                act();
        }
    }
}
