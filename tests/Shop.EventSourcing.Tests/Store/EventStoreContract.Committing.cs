using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    [Fact]
    public async Task Nothing_is_answered_before_it_is_durable()
    {
        await AddAsync(store, "old", "a");
        engine.Hold();
        var adding = AddAsync(store, "new", "a");
        await CommitsReachAsync(2);
        var reading = store.ReadAsync(Tally.Aggregate, "a").AsTask();
        var refusing = store.ExecuteAsync(unit => RefuseWhenAsync(unit, "a", count: 2));
        await Task.Delay(100);

        (adding.IsCompleted, reading.IsCompleted, refusing.IsCompleted).ShouldBe((false, false, false));
        (await engine.ReadHeadAsync(default)).ShouldBe(1);
        engine.Release();

        (await adding).ShouldBe([2]);
        (await reading).Version.ShouldBe(2);
        await Should.ThrowAsync<DomainException>(() => refusing);
    }

    [Fact]
    public async Task A_refusal_because_of_what_was_not_written_after_all_is_decided_again()
    {
        engine.Hold();
        FailNextCommit();
        var adding = AddAsync(store, "new", "a");
        await CommitsReachAsync(1);
        var refusing = store.ExecuteAsync(unit => RefuseWhenAsync(unit, "a", count: 1));

        engine.Release();

        await Should.ThrowAsync<TimeoutException>(() => adding);
        (await refusing).Value.ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_because_of_what_another_store_has_changed_since_is_decided_again()
    {
        await AddAsync(store, "known", "a");
        await using (var other = await OpenStoreAsync(Open()))
            await AddAsync(other, "unknown", "a");

        (await store.ExecuteAsync(unit => RefuseWhenAsync(unit, "a", count: 1))).Value.ShouldBe(2);
        await Should.ThrowAsync<DomainException>(() => store.ExecuteAsync(unit => RefuseWhenAsync(unit, "a", count: 2)));
    }

    [Fact]
    public async Task Several_streams_are_written_all_or_none()
    {
        await AddAsync(store, "before", "b");
        await using var other = await OpenStoreAsync(Open());
        var unit = await DecidedAsync(store, "all", "a", "b", "c");
        await AddAsync(other, "between", "b");

        await Should.ThrowAsync<ConcurrencyConflictException>(() => unit.CommitAsync());
        ((await AdditionsAsync("a")).Count, (await AdditionsAsync("c")).Count).ShouldBe((0, 0));

        (await AddAsync(store, "all", "a", "b", "c")).ShouldBe([1, 3, 1]);
    }

    [Fact]
    public async Task Two_stores_on_one_database_lose_nothing()
    {
        const int Streams = 5, Additions = 200, AtOnce = 8;
        await using var other = await OpenStoreAsync(Open());

        await Task.WhenAll(new[] { store, other }.SelectMany((each, name) => Enumerable.Range(0, AtOnce).Select(worker => Task.Run(async () =>
        {
            for (var number = worker; number < Additions * Streams; number += AtOnce)
                await AddAsync(each, $"{name}-{number}", $"s{number % Streams}");
        }))));

        for (var stream = 0; stream < Streams; stream++)
            (await AdditionsAsync($"s{stream}")).Count.ShouldBe(2 * Additions);
    }

    [Fact]
    public async Task A_commit_that_throws_is_told_to_its_handlers_and_the_next_ones_work()
    {
        FailNextCommit();
        await Should.ThrowAsync<TimeoutException>(() => AddAsync(store, "broken", "a"));
        (await AddAsync(store, "next", "a")).ShouldBe([1]);

        LoseNextAnswer();
        await Should.ThrowAsync<TimeoutException>(() => AddAsync(store, "unknown", "a"));
        (await AddAsync(store, "last", "a")).ShouldBe([3]);
        (await AdditionsAsync("a")).ShouldBe(["next", "unknown", "last"]);
    }

    [Fact]
    public async Task Retries_are_bounded()
    {
        await using var other = await OpenStoreAsync(Open());
        var attempts = 0;

        await Should.ThrowAsync<ConcurrencyConflictException>(() => store.ExecuteAsync(async unit =>
        {
            attempts++;
            await DecideAsync(unit, "late", "a");
            await AddAsync(other, $"{attempts}", "a");
            return true;
        }));

        attempts.ShouldBe(20);
        (await AdditionsAsync("a")).ShouldBe(Enumerable.Range(1, 20).Select(attempt => $"{attempt}"));
    }

    [Fact]
    public async Task What_a_constraint_refuses_is_not_tried_again()
    {
        await AddAsync(store, "allowed", "refused");
        var attempts = 0;

        var refused = await Should.ThrowAsync<ConcurrencyConflictException>(() => store.ExecuteAsync(unit =>
        {
            attempts++;
            return DecideAsync(unit, "forbidden", "refused");
        }));

        (attempts, refused.IsTransient).ShouldBe((1, false));
        (await VersionAsync("refused")).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_handled_before_changes_nothing_and_what_builds_on_it_decides_again()
    {
        var entry = new InboxEntry("tests", Guid.CreateVersion7(), TimeProvider.System.GetUtcNow());
        var first = store.Begin(inbox: entry);
        await DecideAsync(first, "first", "a");
        (await first.CommitAsync()).Outcome.ShouldBe(WriteOutcome.Committed);

        var repeat = store.Begin(inbox: entry);
        await DecideAsync(repeat, "repeat", "a");
        var dependent = AddAsync(store, "dependent", "a");
        (await repeat.CommitAsync()).Outcome.ShouldBe(WriteOutcome.Duplicate);

        (await dependent).ShouldBe([2]);
        (await AdditionsAsync("a")).ShouldBe(["first", "dependent"]);
    }

    [Fact]
    public async Task Closing_writes_what_waits_and_refuses_what_comes_later()
    {
        engine.Hold();
        var waiting = new List<Task<WriteResult>>();
        for (var number = 0; number < 20; number++)
            waiting.Add((await DecidedAsync(store, $"{number}", "a")).CommitAsync());
        var open = await DecidedAsync(store, "open", "b");
        var dependent = (await DecidedAsync(store, "dependent", "b")).CommitAsync();
        await CommitsReachAsync(1);

        var closing = store.DisposeAsync().AsTask();
        engine.Release();
        await Task.WhenAll(waiting).WaitAsync(Soon);
        await closing.WaitAsync(Soon);

        await Should.ThrowAsync<ObjectDisposedException>(() => open.CommitAsync());
        await Should.ThrowAsync<ObjectDisposedException>(() => dependent.WaitAsync(Soon));
        store = await OpenStoreAsync(engine = new(Open()));
        (await AdditionsAsync("a")).Count.ShouldBe(20);
        (await AdditionsAsync("b")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_delivered_message_is_deleted_also_when_the_first_commit_of_that_fails()
    {
        var message = new OutboxMessage(Guid.CreateVersion7(), "queue:x", "application/json", "urn:message:X", "{}"u8.ToArray(), null, TimeProvider.System.GetUtcNow(), null);
        await store.ExecuteAsync(unit =>
        {
            unit.Send(message);
            return Task.FromResult(true);
        });
        FailNextCommit();

        store.MarkDelivered(message.Id);

        for (var i = 0; i < 12_000 && (await engine.ReadOutboxAsync(1, default)).Count > 0; i++)
            await Task.Delay(10);
        (await engine.ReadOutboxAsync(1, default)).ShouldBeEmpty();
    }

    private static async Task<long> RefuseWhenAsync(UnitOfWork unit, string id, long count)
    {
        var tally = await unit.LoadAsync(Tally.Aggregate, id);
        return unit.Decide(() => tally.State.Count == count ? throw new DomainException("refused", $"It is {count}.") : tally.State.Count);
    }
}
