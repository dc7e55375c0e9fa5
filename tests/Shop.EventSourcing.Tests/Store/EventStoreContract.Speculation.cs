namespace Shop.EventSourcing.Tests.Store;

/// <summary>Handlers decide on states that are still under way to the database, and share their fate.</summary>
public abstract partial class EventStoreContract
{
    [Fact]
    public async Task Sixty_four_handlers_of_one_stream_each_see_all_before()
    {
        const int Handlers = 64, Additions = 10;

        var versions = await Task.WhenAll(Enumerable.Range(0, Handlers * Additions)
            .Select(number => Task.Run(() => AddAsync(store, $"{number}", "hot"))));

        (await AdditionsAsync("hot")).Count.ShouldBe(Handlers * Additions);
        versions.Select(version => version[0]).Order().ShouldBe(Enumerable.Range(1, Handlers * Additions).Select(version => (long)version));
        store.Counters.Commits.ShouldBeLessThan(Handlers * Additions, "handlers of one stream share commits");
    }

    [Fact]
    public async Task Dependents_of_a_commit_that_broke_decide_again()
    {
        engine.Hold();
        FailNextCommit();
        var first = AddAsync(store, "first", "a");
        await CommitsReachAsync(1);
        var dependents = Enumerable.Range(0, 10).Select(number => AddAsync(store, $"{number}", "a", "b")).ToList();

        engine.Release();

        await Should.ThrowAsync<TimeoutException>(() => first);
        await Task.WhenAll(dependents);
        (await AdditionsAsync("a")).Count.ShouldBe(10);
        (await AdditionsAsync("b")).Count.ShouldBe(10);
    }

    [Fact]
    public async Task What_builds_on_a_doomed_unit_in_the_same_group_is_doomed_as_well()
    {
        await using var other = await OpenStoreAsync(Open());
        engine.Hold();
        FailNextCommit();
        var broken = (await DecidedAsync(store, "broken", "a")).CommitAsync();
        await CommitsReachAsync(1);

        // Both are in the next group: the second only builds on the first, which only builds on the broken one.
        var doomed = (await DecidedAsync(store, "doomed", "a", "b")).CommitAsync();
        var last = (await DecidedAsync(store, "last", "b", "c")).CommitAsync();
        await AddAsync(other, "elsewhere", "b");
        engine.Release();

        await Should.ThrowAsync<TimeoutException>(() => broken);
        await Should.ThrowAsync<ConcurrencyConflictException>(() => doomed);
        await Should.ThrowAsync<ConcurrencyConflictException>(() => last, "version 1 of b is not what it decided on");
        (await AdditionsAsync("b")).ShouldBe(["elsewhere"]);
        (await AdditionsAsync("c")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_builds_on_a_unit_that_failed_in_an_earlier_group_fails_even_where_the_version_fits()
    {
        await using var other = await OpenStoreAsync(Open());
        engine.Hold();
        FailNextCommit();
        var broken = (await DecidedAsync(store, "broken", "a")).CommitAsync();
        await CommitsReachAsync(1);
        var dependent = (await DecidedAsync(store, "dependent", "a")).CommitAsync();
        await AddAsync(other, "elsewhere", "a");
        engine.Release();

        await Should.ThrowAsync<TimeoutException>(() => broken);
        await Should.ThrowAsync<ConcurrencyConflictException>(() => dependent, "version 1 of a is not the one that it decided on");
        (await AdditionsAsync("a")).ShouldBe(["elsewhere"]);
    }

    [Fact]
    public async Task An_abandoned_unit_takes_its_published_state_back()
    {
        var abandoned = await DecidedAsync(store, "abandoned", "a");
        var dependent = AddAsync(store, "dependent", "a");
        await Task.Delay(50);
        dependent.IsCompleted.ShouldBeFalse("it waits for the one that it builds on");

        abandoned.Abandon();

        (await dependent.WaitAsync(Soon)).ShouldBe([1]);
        (await AdditionsAsync("a")).ShouldBe(["dependent"]);
        (await VersionAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_unit_that_only_read_can_be_abandoned_without_harm_to_others()
    {
        var writer = await DecidedAsync(store, "writer", "a");
        var reader = store.Begin();
        var tally = await reader.LoadAsync(Tally.Aggregate, "a");
        reader.Decide(() => tally.State.Count).ShouldBe(1);
        var next = await DecidedAsync(store, "next", "a");

        reader.Abandon();
        await Task.WhenAll(writer.CommitAsync(), next.CommitAsync());

        (await AdditionsAsync("a")).ShouldBe(["writer", "next"]);
    }

    [Fact]
    public async Task A_load_during_a_commit_that_lost_its_cache_entry_does_not_stay_stale()
    {
        engine.Hold();
        var committing = (await DecidedAsync(store, "committing", "a")).CommitAsync();
        await CommitsReachAsync(1);
        (await DecidedAsync(store, "abandoned", "a")).Abandon();
        var stale = store.Begin();
        await stale.LoadAsync(Tally.Aggregate, "a");

        engine.Release();
        await committing;

        (await VersionAsync("a")).ShouldBe(1, "a write that was acknowledged is read");
        (await AddAsync(store, "next", "a")).ShouldBe([2]);
    }

    [Fact]
    public async Task A_decision_that_throws_leaves_nothing_of_itself()
    {
        var unit = await DecidedAsync(store, "kept", "a");
        var tally = await unit.LoadAsync(Tally.Aggregate, "a");

        Should.Throw<DivideByZeroException>(() => unit.Decide<int>(() =>
        {
            tally.Append(tally.State.Add("a/thrown"));
            throw new DivideByZeroException();
        }));
        unit.Decide(() => tally.State.Count).ShouldBe(1);
        await unit.CommitAsync();

        (await AdditionsAsync("a")).ShouldBe(["kept"]);
        (await VersionAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task Several_decisions_of_one_unit_build_on_each_other_unless_somebody_came_between()
    {
        var unit = await DecidedAsync(store, "first", "a");
        await DecideAsync(unit, "second", "a", "b");
        await unit.CommitAsync();
        (await AdditionsAsync("a")).ShouldBe(["first", "second"]);

        var slow = await DecidedAsync(store, "slow", "a");
        var quick = await DecidedAsync(store, "quick", "a");
        await Should.ThrowAsync<ConcurrencyConflictException>(() => DecideAsync(slow, "again", "a"));
        slow.Abandon();
        await Should.ThrowAsync<ConcurrencyConflictException>(() => quick.CommitAsync());
        (await AdditionsAsync("a")).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Two_units_cannot_wait_for_each_other()
    {
        var (one, two) = (await DecidedAsync(store, "one", "a"), await DecidedAsync(store, "two", "b"));

        await Should.ThrowAsync<ConcurrencyConflictException>(() => DecideAsync(one, "one", "b"));
        one.Abandon();
        await DecideAsync(two, "two", "a");
        await two.CommitAsync().WaitAsync(Soon);

        (await AdditionsAsync("a")).ShouldBe(["two"]);
    }

    [Fact]
    public async Task Waiting_for_another_unit_can_be_cancelled()
    {
        var open = await DecidedAsync(store, "open", "a");
        var waiting = await DecidedAsync(store, "waiting", "a");
        using var cancelled = new CancellationTokenSource(50);

        await Should.ThrowAsync<OperationCanceledException>(() => waiting.CommitAsync(cancelled.Token).WaitAsync(Soon));

        await open.CommitAsync();
        (await AdditionsAsync("a")).ShouldBe(["open"]);
        (await VersionAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_unit_is_used_once()
    {
        var unit = await DecidedAsync(store, "once", "a");
        await unit.CommitAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => unit.CommitAsync());
        await Should.ThrowAsync<InvalidOperationException>(() => DecideAsync(unit, "again", "a"));
        var tally = await unit.LoadAsync(Tally.Aggregate, "a");
        Should.Throw<InvalidOperationException>(() => tally.Append(tally.State.Add("a/outside"))).Message.ShouldContain("Decide");
        (await AdditionsAsync("a")).ShouldBe(["once"]);
    }

    [Fact]
    public async Task A_stream_that_is_never_idle_does_not_keep_its_writers_alive()
    {
        var (first, last) = await WriteWithoutPauseAsync(50);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        first.IsAlive.ShouldBeFalse();
        last.Abandon();
    }

    private async Task<(WeakReference First, UnitOfWork Last)> WriteWithoutPauseAsync(int units)
    {
        var unit = await DecidedAsync(store, "0", "a");
        var first = new WeakReference(unit);
        for (var number = 1; number < units; number++)
        {
            engine.Hold();
            var committing = unit.CommitAsync();
            unit = await DecidedAsync(store, $"{number}", "a");
            engine.Release();
            await committing;
        }

        return (first, unit);
    }
}
