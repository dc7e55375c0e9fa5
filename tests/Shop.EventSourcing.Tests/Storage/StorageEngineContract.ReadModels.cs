using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

public abstract partial class StorageEngineContract
{
    [Fact]
    public async Task A_row_is_inserted_replaced_and_deleted()
    {
        var full = Account() with { Visits = 3, ClosedAt = Start.AddDays(1), ReferrerId = Guid.CreateVersion7() };
        var bare = Account() with { Owner = null, Active = false };
        await Commit(new() { Rows = [TestTables.Accounts.Upsert(full), TestTables.Accounts.Upsert(bare)] });
        Rows<AccountRow>().ShouldBe([full, bare], ignoreOrder: true);

        var changed = full with { BalanceMinor = 0, ClosedAt = null, ReferrerId = null, Owner = "O'Brien \"\\ 🦊" };
        await Commit(new() { Rows = [TestTables.Accounts.Upsert(changed), TestTables.Accounts.Delete(bare)] });
        Rows<AccountRow>().ShouldBe([changed]);
    }

    [Fact]
    public async Task Rows_are_found_by_their_keys_as_they_were_written()
    {
        var full = Account() with { Visits = 3, Active = true, ClosedAt = Start.AddDays(1), ReferrerId = Guid.CreateVersion7() };
        var bare = Account() with { Owner = null, Active = false };
        var first = new AccountTagRow { AccountId = full.Id, Tag = "vip" };
        var second = new AccountTagRow { AccountId = bare.Id, Tag = "new" };
        await Commit(new()
        {
            Rows =
            [
                TestTables.Accounts.Upsert(full), TestTables.Accounts.Upsert(bare), TestTables.Accounts.Upsert(Account()),
                TestTables.Tags.Upsert(first), TestTables.Tags.Upsert(second), TestTables.Tags.Upsert(first with { Tag = "new" }),
            ],
        });

        var accounts = new Dictionary<RowKey, object?>();
        var nobody = new RowKey([Guid.CreateVersion7()]);
        await new RowLookup(engine, TestTables.Accounts).AddAsync(accounts, [new([full.Id]), nobody, new([bare.Id])], default);
        accounts.ShouldBe(new Dictionary<RowKey, object?> { [new([full.Id])] = full, [new([bare.Id])] = bare, [nobody] = null }, ignoreOrder: true);

        // More than fit into one query, and with parts of a key that others have.
        var tags = new Dictionary<RowKey, object?>();
        var others = Enumerable.Range(0, 600).Select(_ => new RowKey([Guid.CreateVersion7(), "vip"])).ToList();
        await new RowLookup(engine, TestTables.Tags).AddAsync(tags, [new([first.AccountId, first.Tag]), .. others, new([second.AccountId, second.Tag])], default);
        tags.Values.OfType<AccountTagRow>().ShouldBe([first, second], ignoreOrder: true);
        tags.Count.ShouldBe(602);
    }

    [Fact]
    public async Task Writes_to_one_row_in_a_group_apply_in_order()
    {
        var account = Account(0);
        var group = Enumerable.Range(1, 20).Select(visits => new WriteSet { Rows = [TestTables.Accounts.Upsert(account with { Visits = visits })] });
        await CommitGroup([.. group]);
        Rows<AccountRow>().Single().Visits.ShouldBe(20);

        await CommitGroup(
            new WriteSet { Rows = [TestTables.Accounts.Delete(account), TestTables.Accounts.Upsert(account with { Visits = 21 })] },
            new WriteSet { Rows = [TestTables.Accounts.Upsert(account with { Visits = 99 })], Appends = [new("order-1", 5, [Event()])] });
        Rows<AccountRow>().Single().Visits.ShouldBe(21);

        await CommitGroup(new WriteSet { Rows = [TestTables.Accounts.Upsert(account)] }, new WriteSet { Rows = [TestTables.Accounts.Delete(account)] });
        Rows<AccountRow>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_is_all_key_can_be_written_twice()
    {
        var tag = new AccountTagRow { AccountId = Guid.CreateVersion7(), Tag = "vip" };
        await CommitGroup(new WriteSet { Rows = [TestTables.Tags.Upsert(tag), TestTables.Tags.Upsert(tag with { Tag = "new" })] }, new WriteSet { Rows = [TestTables.Tags.Upsert(tag)] });
        await Commit(new() { Rows = [TestTables.Tags.Delete(tag with { Tag = "new" })] });

        Rows<AccountTagRow>().ShouldBe([tag]);
    }

    [Fact]
    public async Task Duplicates_and_conflicts_inside_a_group_fail_alone()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        var outcomes = await CommitGroup(
            new WriteSet { Inbox = entry, Appends = [new("order-1", 0, [Event()])] },
            new WriteSet { Inbox = entry, Appends = [new("order-2", 0, [Event()])], Outbox = [Message()] },
            new WriteSet { Appends = [new("order-1", 0, [Event()])], Rows = [TestTables.Accounts.Upsert(Account())] },
            Append("order-3", 0));

        outcomes.ShouldBe([WriteOutcome.Committed, WriteOutcome.Duplicate, WriteOutcome.Conflict, WriteOutcome.Committed]);
        (await Log()).Select(recorded => recorded.Stream).ShouldBe(["order-1", "order-3"]);
        (await engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();
        Rows<AccountRow>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_violates_a_check_fails_its_write_set_alone()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        var account = Account(1);
        var results = await engine.CommitAsync(
            [
                new WriteSet { Appends = [new("order-1", 0, [Event()])], Rows = [TestTables.Accounts.Upsert(account)] },
                new WriteSet { Inbox = entry, Appends = [new("order-2", 0, [Event()])], Outbox = [Message()], Rows = [TestTables.Accounts.Upsert(account with { BalanceMinor = -1 })] },
                new WriteSet { Appends = [new("order-2", 1, [Event()])] },
                new WriteSet { Appends = [new("order-1", 1, [Event()])], Rows = [TestTables.Accounts.Upsert(account with { BalanceMinor = 5 })] },
            ],
            default);

        results.Select(result => result.Outcome).ShouldBe([WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Committed]);
        results.Select(result => result.Error is null).ShouldBe([true, false, true, true]);
        results.Select(result => result.Position).ShouldBe([1, 1, 1, 2]);
        Rows<AccountRow>().Single().BalanceMinor.ShouldBe(5);
        (await engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();
        (await engine.IsHandledAsync("orders", entry.MessageId, default)).ShouldBeFalse();
        await ShouldBeDense();
        (await Commit(Append("order-2", 0))).Outcome.ShouldBe(WriteOutcome.Committed);
    }

    [Fact]
    public async Task An_outbox_id_used_twice_fails_its_write_set_alone()
    {
        var message = Message();
        var results = await engine.CommitAsync([new WriteSet { Outbox = [message] }, new WriteSet { Outbox = [message] }], default);

        results.Select(result => (result.Outcome, result.Error is null)).ShouldBe([(WriteOutcome.Committed, true), (WriteOutcome.Conflict, false)]);
    }

    [Fact]
    public async Task A_failure_that_is_no_constraint_writes_nothing_and_throws()
    {
        await ExecuteAsync("DROP TABLE account_tags");
        var tag = new AccountTagRow { AccountId = Guid.CreateVersion7(), Tag = "vip" };

        await Should.ThrowAsync<System.Data.Common.DbException>(() =>
            engine.CommitAsync([Append("order-1", 0), new WriteSet { Rows = [TestTables.Tags.Upsert(tag)] }], default));

        (await Log()).ShouldBeEmpty();
        (await Commit(Append("order-1", 0))).ShouldBe(new WriteResult(WriteOutcome.Committed, 1));
    }

    [Fact]
    public async Task Read_models_filter_and_sort_on_ids_and_instants_in_the_database()
    {
        var accounts = Enumerable.Range(0, 5).Select(day => Account(day) with { OpenedAt = Start.AddDays(day), ClosedAt = day == 4 ? Start : null }).ToList();
        await Commit(new() { Rows = [.. accounts.Select(TestTables.Accounts.Upsert)] });
        var since = Start.AddDays(2).ToOffset(TimeSpan.FromHours(2));
        var wanted = accounts[3].Id;
        Guid[] some = [accounts[0].Id, accounts[1].Id];

        await using var models = engine.OpenReadModels();
        (await models.Query<AccountRow>().Where(row => row.OpenedAt >= since).OrderByDescending(row => row.OpenedAt).Select(row => row.BalanceMinor).ToListAsync())
            .ShouldBe([4, 3, 2]);
        (await models.Query<AccountRow>().SingleAsync(row => row.Id == wanted)).ShouldBe(accounts[3]);
        (await models.Query<AccountRow>().CountAsync(row => some.Contains(row.Id))).ShouldBe(2);
        (await models.Query<AccountRow>().SingleAsync(row => row.ClosedAt != null && row.Active)).Id.ShouldBe(accounts[4].Id);
    }

    [Fact]
    public async Task Stores_with_other_tables_have_read_models_of_their_own()
    {
        Rows<AccountRow>().ShouldBeEmpty();
        await using var models = OpenWithoutTables().OpenReadModels();

        Should.Throw<InvalidOperationException>(() => models.Query<AccountRow>().ToList());
    }

    [Fact]
    public async Task A_checkpoint_moves_only_from_where_it_stands()
    {
        var account = Account();
        (await engine.ReadCheckpointAsync("accounts", default)).ShouldBe(0);
        (await SaveAsync("accounts", 0, 10, TestTables.Accounts.Upsert(account))).ShouldBeTrue();
        (await SaveAsync("accounts", 0, 12, TestTables.Accounts.Delete(account))).ShouldBeFalse();
        (await SaveAsync("other", 5, 12, TestTables.Accounts.Delete(account))).ShouldBeFalse();
        (await SaveAsync("accounts", 10, 11, TestTables.Accounts.Upsert(account with { Visits = 1 }))).ShouldBeTrue();

        (await engine.ReadCheckpointAsync("accounts", default)).ShouldBe(11);
        (await engine.ReadCheckpointAsync("other", default)).ShouldBe(0);
        Rows<AccountRow>().ShouldBe([account with { Visits = 1 }]);
    }

    [Fact]
    public async Task Of_concurrent_runners_of_a_projection_one_moves_the_checkpoint()
    {
        var saves = await Task.WhenAll(Enumerable.Range(1, 8).Select(visits => Task.Run(() =>
            SaveAsync("accounts", 0, 7, TestTables.Accounts.Upsert(Account() with { Visits = visits })))));

        saves.Count(saved => saved).ShouldBe(1);
        Rows<AccountRow>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reopening_finds_everything()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        var account = Account();
        var message = Message(dueAt: Start);
        await Commit(new() { Inbox = entry, Appends = [new("order-1", 0, [Event(), Event()])], Outbox = [message], Rows = [TestTables.Accounts.Upsert(account)] });
        await SaveAsync("accounts", 0, 2);
        await engine.DisposeAsync();

        engine = Open();
        await engine.InitializeAsync([Tables], default);

        (await engine.ReadHeadAsync(default)).ShouldBe(2);
        (await Stream("order-1")).Count.ShouldBe(2);
        (await engine.IsHandledAsync("orders", entry.MessageId, default)).ShouldBeTrue();
        (await engine.ReadOutboxAsync(10, default)).Single().Id.ShouldBe(message.Id);
        (await engine.ReadCheckpointAsync("accounts", default)).ShouldBe(2);
        Rows<AccountRow>().ShouldBe([account]);
        (await CommitGroup(Append("order-1", 2), Append("order-1", 1), new WriteSet { Inbox = entry }))
            .ShouldBe([WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Duplicate]);
        await ShouldBeDense();
    }

    [Fact]
    public async Task A_script_that_arrives_late_is_applied_once()
    {
        var late = new SchemaScript("000-late.sql", "CREATE TABLE late (id int); INSERT INTO late VALUES (1);");
        await engine.InitializeAsync([Tables, late], default);
        await engine.InitializeAsync([late, Tables], default);

        (await CountAsync("SELECT count(*) FROM late")).ShouldBe(1);
        (await Commit(Append("order-1", 0))).Outcome.ShouldBe(WriteOutcome.Committed);
    }

    [Fact]
    public async Task Services_that_start_together_apply_each_script_once()
    {
        var script = new SchemaScript("002-once.sql", "CREATE TABLE once (id int); INSERT INTO once VALUES (1);");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var other = Open();
            await other.InitializeAsync([Tables, script], default);
        })));

        (await CountAsync("SELECT count(*) FROM once")).ShouldBe(1);
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind()
    {
        var broken = new SchemaScript("002-broken.sql", "CREATE TABLE half (id int); INSERT INTO nowhere VALUES (1);");
        await Should.ThrowAsync<System.Data.Common.DbException>(() => engine.InitializeAsync([Tables, broken], default));

        await engine.InitializeAsync([Tables, new SchemaScript("002-broken.sql", "CREATE TABLE half (id int);")], default);
        (await CountAsync("SELECT count(*) FROM half")).ShouldBe(0);
    }
}
