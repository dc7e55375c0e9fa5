using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

public abstract partial class StorageEngineContract
{
    private static readonly TimeSpan Claim = OutboxClaims.WritersDefault;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_message_handled_twice_is_a_duplicate_and_writes_nothing()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        WriteSet Handling(string stream) => new() { Inbox = entry, Appends = [new(stream, 0, [Event()])], Outbox = [Message()], Rows = [TestTables.Accounts.Upsert(Account())] };

        (await CommitGroup(Handling("order-1"), Handling("order-2"))).ShouldBe([WriteOutcome.Committed, WriteOutcome.Duplicate]);
        (await Commit(Handling("order-3"))).Outcome.ShouldBe(WriteOutcome.Duplicate);

        (await Log()).Count.ShouldBe(1);
        (await engine.ReadOutboxAsync(10, default)).Count.ShouldBe(1);
        Rows<AccountRow>().Count.ShouldBe(1);
        (await engine.IsHandledAsync("orders", entry.MessageId, default)).ShouldBeTrue();
        (await engine.IsHandledAsync("payments", entry.MessageId, default)).ShouldBeFalse();
        (await Commit(new() { Inbox = entry with { Endpoint = "payments" } })).Outcome.ShouldBe(WriteOutcome.Committed);
    }

    [Fact]
    public async Task A_message_whose_write_set_conflicted_is_not_handled()
    {
        var entry = new InboxEntry("orders", Guid.CreateVersion7(), Start);
        var stale = new WriteSet { Inbox = entry, Appends = [new("order-1", 7, [Event()])] };
        var fitting = new WriteSet { Inbox = entry, Appends = [new("order-2", 0, [Event()])] };

        (await CommitGroup(stale, fitting)).ShouldBe([WriteOutcome.Conflict, WriteOutcome.Committed]);
        (await engine.IsHandledAsync("orders", entry.MessageId, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Cleaning_the_inbox_forgets_only_what_is_older()
    {
        var entries = Enumerable.Range(0, 4_500).Select(second => new InboxEntry("orders", Guid.CreateVersion7(), Start.AddSeconds(second))).ToList();
        await engine.CommitAsync([.. entries.Select(entry => new WriteSet { Inbox = entry })], default);

        (await engine.CleanInboxAsync(Start.AddSeconds(4_400), default)).ShouldBe(4_400);

        (await engine.IsHandledAsync("orders", entries[4_399].MessageId, default)).ShouldBeFalse();
        (await engine.IsHandledAsync("orders", entries[4_400].MessageId, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_message_comes_back_as_it_was_until_it_is_delivered()
    {
        var message = Message(dueAt: Start.AddMinutes(5));
        var bare = Message(Start.AddSeconds(1)) with { Headers = null, Body = [] };
        await Commit(new() { Outbox = [message, bare] });

        var waiting = await engine.ReadOutboxAsync(10, default);
        waiting.Select(found => found with { Body = [] }).ShouldBe([message with { Body = [] }, bare]);
        waiting[0].Body.ShouldBe(message.Body);
        waiting[1].Body.ShouldBeEmpty();
        (await engine.FindOutboxAsync([message.Id, Guid.CreateVersion7(), bare.Id], default)).ShouldBe([message.Id, bare.Id], ignoreOrder: true);
        (await engine.FindOutboxAsync([], default)).ShouldBeEmpty();

        await Commit(new() { OutboxDeletes = [message.Id, bare.Id, Guid.CreateVersion7()] });
        (await engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_to_send_at_once_belongs_to_its_writer_first()
    {
        var second = Message(Start.AddSeconds(1));
        var first = Message(Start);
        await Commit(new() { Outbox = [second, first] });

        (await engine.ClaimOutboxAsync(Start + Claim - Moment, Claim, 10, scheduledOnly: false, default)).ShouldBeEmpty();
        (await Claimed(Start.AddSeconds(32))).ShouldBe([first.Id, second.Id]);
        (await Claimed(Start.AddSeconds(33))).ShouldBeEmpty();
        (await Claimed(Start.AddSeconds(63))).ShouldBe([first.Id, second.Id]);

        await engine.ReleaseOutboxClaimsAsync([second.Id, Guid.CreateVersion7()], default);
        (await Claimed(Start.AddSeconds(64))).ShouldBe([second.Id]);

        await engine.ReleaseOutboxClaimsAsync(null, default);
        (await Claimed(Start.AddSeconds(65))).ShouldBe([first.Id, second.Id]);
    }

    [Fact]
    public async Task A_scheduled_message_is_taken_when_due_unless_cancelled()
    {
        var deadline = Message(dueAt: Start.AddMinutes(1));
        var cancelled = Message(dueAt: Start.AddMinutes(1));
        var later = Message(dueAt: Start.AddMinutes(2));
        await CommitGroup(new WriteSet { Outbox = [deadline, cancelled] }, new WriteSet { Outbox = [later] });
        await Commit(new() { OutboxDeletes = [cancelled.Id] });

        (await Claimed(Start.AddSeconds(59))).ShouldBeEmpty();
        (await Claimed(Start.AddSeconds(60))).ShouldBe([deadline.Id]);
        await Commit(new() { OutboxDeletes = [deadline.Id] });
        (await Claimed(Start.AddMinutes(10))).ShouldBe([later.Id]);
    }

    [Fact]
    public async Task A_claim_of_scheduled_messages_passes_over_those_to_send_at_once()
    {
        var atOnce = Message(Start);
        var scheduled = Message(dueAt: Start.AddSeconds(1));
        await Commit(new() { Outbox = [atOnce, scheduled, Message(dueAt: Start.AddHours(1))] });
        await engine.ReleaseOutboxClaimsAsync(null, default);

        var due = await engine.ClaimOutboxAsync(Start.AddMinutes(1), Claim, 10, scheduledOnly: true, default);

        due.Select(message => message.Id).ShouldBe([scheduled.Id]);
        (await Claimed(Start.AddMinutes(1))).ShouldBe([atOnce.Id]);
    }

    [Fact]
    public async Task A_message_cancelled_in_the_group_that_scheduled_it_is_gone()
    {
        var message = Message(dueAt: Start);
        var kept = Message(dueAt: Start);

        await CommitGroup(
            new WriteSet { Outbox = [message, kept] },
            new WriteSet { OutboxDeletes = [message.Id] },
            new WriteSet { OutboxDeletes = [kept.Id], Appends = [new("order-1", 9, [])] });

        (await engine.ReadOutboxAsync(10, default)).Select(waiting => waiting.Id).ShouldBe([kept.Id]);
    }

    [Fact]
    public async Task A_write_set_can_schedule_a_message_anew_under_its_id()
    {
        var message = Message(dueAt: Start);
        await Commit(new() { Outbox = [message] });

        await Commit(new() { OutboxDeletes = [message.Id], Outbox = [message with { DueAt = Start.AddHours(1) }] });

        (await engine.ReadOutboxAsync(10, default)).Single().DueAt.ShouldBe(Start.AddHours(1));
    }

    [Fact]
    public async Task The_status_of_the_outbox_counts_what_is_due_and_tells_since_when()
    {
        (await engine.ReadOutboxStatusAsync(Start, default)).ShouldBe(new(0, null, 0));
        var parked = new ParkedMessage(Guid.CreateVersion7(), "orders", null, "urn:message:Thing", "application/json", [], null, "unreadable", "", Start);
        await Commit(new() { Outbox = [Message(Start.AddSeconds(5)), Message(dueAt: Start.AddSeconds(2)), Message(dueAt: Start.AddMinutes(1))], Parked = [parked] });

        (await engine.ReadOutboxStatusAsync(Start.AddSeconds(30), default)).ShouldBe(new(2, Start.AddSeconds(2), 1));
    }

    [Fact]
    public async Task Two_claimers_get_different_messages()
    {
        await Commit(new() { Outbox = [.. Enumerable.Range(0, 200).Select(_ => Message(dueAt: Start))] });

        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => engine.ClaimOutboxAsync(Start, Claim, 50, scheduledOnly: false, default))));

        claims.SelectMany(claimed => claimed).Select(claimed => claimed.Id).Distinct().Count().ShouldBe(claims.Sum(claimed => claimed.Count));
        while (await engine.ClaimOutboxAsync(Start, Claim, 50, scheduledOnly: false, default) is { Count: > 0 } rest)
            claims = [.. claims, rest];
        claims.Sum(claimed => claimed.Count).ShouldBe(200);
    }

    [Fact]
    public async Task Sweeps_of_two_processes_share_what_is_due_and_take_over_what_a_crash_left()
    {
        await using var other = Open();
        await other.InitializeAsync([Tables], default);
        var scheduled = Enumerable.Range(0, 300).Select(_ => Message(dueAt: Start)).ToList();
        var atOnce = Enumerable.Range(0, 100).Select(_ => Message(Start)).ToList();
        await engine.CommitAsync([new() { Outbox = [.. scheduled, .. atOnce] }], default);

        // The scheduled ones once, by either; those to send at once are their writer's.
        var here = Task.Run(() => SweepAsync(engine, Start));
        var there = Task.Run(() => SweepAsync(other, Start));
        var (first, second) = (await here, await there);
        first.Concat(second).ShouldBe(scheduled.Select(message => message.Id), ignoreOrder: true);

        // The first process delivers and goes on; the other dies with what it had claimed.
        await engine.CommitAsync([new() { OutboxDeletes = first }], default);
        (await SweepAsync(engine, Start + Claim - Moment)).ShouldBeEmpty();
        (await SweepAsync(engine, Start + Claim + Moment)).ShouldBe(second.Concat(atOnce.Select(message => message.Id)), ignoreOrder: true);
    }

    private static async Task<List<Guid>> SweepAsync(IStorageEngine by, DateTimeOffset now)
    {
        var swept = new List<Guid>();
        while (await by.ClaimOutboxAsync(now, Claim, 20, scheduledOnly: false, default) is { Count: > 0 } claimed)
            swept.AddRange(claimed.Select(message => message.Id));
        return swept;
    }

    [Fact]
    public async Task A_parked_message_stays_until_it_is_redriven()
    {
        var parked = new ParkedMessage(
            Guid.CreateVersion7(), "orders", null, "urn:message:Thing", "application/json", "{"u8.ToArray(), null, "unreadable", "JsonException: …", Start);
        var later = parked with { Id = Guid.CreateVersion7(), MessageId = Guid.CreateVersion7(), Headers = "{}", ParkedAt = Start.AddSeconds(1) };
        await CommitGroup(new WriteSet { Parked = [later] }, new WriteSet { Parked = [parked] });

        var found = await engine.ReadParkedAsync(10, default);
        found.Select(message => message with { Body = [] }).ShouldBe([parked with { Body = [] }, later with { Body = [] }]);
        found[0].Body.ShouldBe(parked.Body);

        await Commit(new() { ParkedDeletes = [parked.Id] });
        (await engine.ReadParkedAsync(10, default)).Single().Id.ShouldBe(later.Id);
    }

    private async Task<List<Guid>> Claimed(DateTimeOffset now) =>
        [.. (await engine.ClaimOutboxAsync(now, Claim, 10, scheduledOnly: false, default)).Select(message => message.Id)];
}
