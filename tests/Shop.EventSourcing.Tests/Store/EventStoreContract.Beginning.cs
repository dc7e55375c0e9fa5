namespace Shop.EventSourcing.Tests.Store;

/// <summary>Handlers begin streams without having looked for them.</summary>
public abstract partial class EventStoreContract
{
    [Fact]
    public async Task A_stream_is_begun_without_being_read_and_known_from_then_on()
    {
        (await BeginAsync(store, "1", "a")).ShouldBe(1);
        (await AddAsync(store, "2", "a")).ShouldBe([2]);

        engine.StreamReads.ShouldNotContain(read => read.Stream == "tally-a");
        (await AdditionsAsync("a")).ShouldBe(["1", "2"]);
        (await store.ReadAsync(Tally.Aggregate, "a")).ShouldBe(await store.ReadAsOfAsync(Tally.Aggregate, "a"));
    }

    [Fact]
    public async Task One_that_exists_after_all_is_read_and_decided_on_again()
    {
        engine.Unfollowed = true;
        await using (var before = await OpenStoreAsync(Open()))
            await AddAsync(before, "before", "a");

        (await BeginAsync(store, "1", "a")).ShouldBe(2);

        engine.StreamReads.Count(read => read.Stream == "tally-a").ShouldBe(1);
        (await AdditionsAsync("a")).ShouldBe(["before", "1"]);
    }

    [Fact]
    public async Task One_that_is_remembered_is_gone_on_with()
    {
        await AddAsync(store, "before", "a");

        (await BeginAsync(store, "1", "a")).ShouldBe(2);

        store.Counters.Conflicts.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_refused_on_a_stream_that_exists_after_all_is_decided_again()
    {
        engine.Unfollowed = true;
        await using (var before = await OpenStoreAsync(Open()))
            await AddAsync(before, "before", "a");

        var (value, _) = await store.ExecuteAsync(async unit =>
        {
            var tally = await unit.LoadNewAsync(Tally.Aggregate, "a");
            return unit.Decide(() => tally.State.Count == 0 ? throw new InvalidOperationException("There is no such tally.") : tally.State.Count);
        });

        value.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_builds_on_a_stream_before_it_was_begun_for_good()
    {
        engine.Hold();
        var beginning = BeginAsync(store, "1", "a");
        await CommitsReachAsync(1);
        var second = AddAsync(store, "2", "a");
        var third = BeginAsync(store, "3", "a");

        engine.Release();

        new[] { await beginning, (await second)[0], await third }.Order().ShouldBe([1, 2, 3]);
        (await AdditionsAsync("a")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Who_looked_while_it_was_being_begun_sees_it_afterwards()
    {
        engine.Hold();
        var beginning = BeginAsync(store, "1", "a");
        await CommitsReachAsync(1);
        (await VersionAsync("a")).ShouldBe(0);

        engine.Release();
        await beginning;

        (await VersionAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task Who_looks_while_it_is_taken_for_new_sees_that_it_exists()
    {
        await using (var before = await OpenStoreAsync(Open()))
            await AddAsync(before, "before", "a");
        engine.Hold();
        var beginning = BeginAsync(store, "1", "a");
        await CommitsReachAsync(1);

        (await VersionAsync("a")).ShouldBe(1);

        engine.Release();
        (await beginning).ShouldBe(2);
    }

    [Fact]
    public async Task A_beginning_that_failed_leaves_nothing_behind()
    {
        FailNextCommit();

        await Should.ThrowAsync<TimeoutException>(() => BeginAsync(store, "broken", "a"));

        (await store.ReadAsync(Tally.Aggregate, "a")).Version.ShouldBe(0);
        (await BeginAsync(store, "1", "a")).ShouldBe(1);
        (await AdditionsAsync("a")).ShouldBe(["1"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Beginnings_and_additions_of_many_handlers_make_one_history(int seed)
    {
        const int Handlers = 24, Rounds = 30;
        await using var other = engine.IsShared ? await OpenStoreAsync(Open()) : null;
        await Task.WhenAll(Enumerable.Range(0, Handlers).Select(handler => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, handler));
            for (var round = 0; round < Rounds; round++)
            {
                // In each round all of them want the same new stream.
                var (at, id) = (other is not null && random.Next(2) == 0 ? other : store, $"round-{round}");
                if (random.Next(2) == 0)
                    await BeginAsync(at, $"{handler}", id);
                else
                    await AddAsync(at, $"{handler}", id);
            }
        })));

        for (var round = 0; round < Rounds; round++)
        {
            (await AdditionsAsync($"round-{round}")).Count.ShouldBe(Handlers);
            (await store.ReadAsync(Tally.Aggregate, $"round-{round}")).ShouldBe(await store.ReadAsOfAsync(Tally.Aggregate, $"round-{round}"));
        }
    }

    private static async Task<long> BeginAsync(EventStore store, string by, string id) => (await store.ExecuteAsync(async unit =>
    {
        var tally = await unit.LoadNewAsync(Tally.Aggregate, id);
        return unit.Decide(() =>
        {
            tally.Append(tally.State.Add($"{id}/{by}"));
            return tally.State.Count;
        });
    })).Value;
}
