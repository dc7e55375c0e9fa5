using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

/// <summary>A write set may have been decided on the result of an earlier one of its group, and shares its fate.</summary>
public abstract partial class StorageEngineContract
{
    [Fact]
    public async Task A_version_that_another_process_brought_about_is_no_match_after_a_conflict()
    {
        await Commit(Append("item-1", 0, 5));
        await using var other = Open();
        await other.InitializeAsync([Tables], default);
        (await other.CommitAsync([Append("item-1", 5)], default))[0].Outcome.ShouldBe(WriteOutcome.Committed);

        // The first was decided at 5 and would have led to 6; the second was decided on that, not on the other process's event.
        var results = await engine.CommitAsync([Append("item-1", 5), Append("item-1", 6), Append("item-2", 0)], default);

        results.Select(result => result.Outcome).ShouldBe([WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Committed]);
        results.Select(result => result.Error).ShouldAllBe(error => error == null);
        results.Select(result => result.Position).ShouldBe([6, 6, 7]);
        (await Commit(Append("item-1", 6))).Outcome.ShouldBe(WriteOutcome.Committed);
        await ShouldBeDense();
    }

    [Fact]
    public async Task What_builds_on_a_duplicate_fails_with_it()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        await Commit(new() { Inbox = entry, Appends = [new("item-1", 0, [Event()])] });

        var outcomes = await CommitGroup(
            new WriteSet { Inbox = entry, Appends = [new("item-1", 1, [])] },
            Append("item-1", 1),
            Append("item-2", 0));

        outcomes.ShouldBe([WriteOutcome.Duplicate, WriteOutcome.Conflict, WriteOutcome.Committed]);
        await ShouldBeDense();
    }

    [Fact]
    public async Task What_only_looked_at_a_lost_stream_fails_and_takes_its_other_streams_with_it()
    {
        await Commit(Append("item-1", 0));
        var looked = new WriteSet { Appends = [new("item-2", 0, [Event()]), new("item-1", 1, [])], Outbox = [Message()] };
        var anyVersion = Append("item-2", StreamAppend.AnyVersion);

        var outcomes = await CommitGroup(Append("item-3", 0), Append("item-1", 0), looked, anyVersion, Append("item-3", 1));

        outcomes.ShouldBe([WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Committed]);
        (await engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();
        (await Commit(looked)).Outcome.ShouldBe(WriteOutcome.Committed);
        await ShouldBeDense();
    }

    [Fact]
    public async Task The_rule_holds_when_a_constraint_makes_the_group_run_again_set_by_set()
    {
        await Commit(Append("item-1", 0));
        var broke = new WriteSet { Appends = [new("item-2", 0, [Event()])], Rows = [TestTables.Accounts.Upsert(Account(-1))] };

        var results = await engine.CommitAsync(
            [Append("item-1", 0), broke, Append("item-1", 1), Append("item-2", 0), Append("item-3", 0)], default);

        results.Select(result => result.Outcome).ShouldBe(
            [WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Conflict, WriteOutcome.Committed]);
        results.Select(result => result.Error is null).ShouldBe([true, false, true, true, true]);
        results.Select(result => result.Position).ShouldBe([1, 1, 1, 1, 2]);
        await ShouldBeDense();
    }
}
