namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    [Fact]
    public async Task A_stream_is_read_as_of_a_version_and_as_of_an_instant()
    {
        for (var number = 1; number <= 4; number++)
        {
            await AddAsync(store, $"{number}", "a");
            await Task.Delay(5);
        }

        var events = await engine.ReadStreamAsync(Tally.Aggregate.Stream("a"), 0, null, null, 10, default);

        (await store.ReadAsOfAsync(Tally.Aggregate, "a", version: 2)).ShouldBe((new Tally(2, "a/2"), 2));
        (await store.ReadAsOfAsync(Tally.Aggregate, "a", instant: events[2].RecordedAt)).ShouldBe((new Tally(3, "a/3"), 3));
        (await store.ReadAsOfAsync(Tally.Aggregate, "a", instant: events[0].RecordedAt.AddMilliseconds(-1))).ShouldBe((Tally.Aggregate.Initial, 0));
        (await store.ReadAsOfAsync(Tally.Aggregate, "a")).Version.ShouldBe(4);
        (await store.ReadAsOfAsync(Tally.Aggregate, "nobody")).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Reading_a_stream_that_is_written_all_the_time_ends()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
                await AddAsync(store, $"{writer}-{number}", "hot");
        })).ToList();

        long last = 0;
        for (var read = 0; read < 20; read++)
        {
            var (state, version) = await store.ReadAsync(Tally.Aggregate, "hot").AsTask().WaitAsync(Soon);
            state.Count.ShouldBe(version);
            version.ShouldBeGreaterThanOrEqualTo(last);
            last = version;
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        (await VersionAsync("hot")).ShouldBe((await AdditionsAsync("hot")).Count);
    }

    [Fact]
    public async Task Waiting_ends_with_the_change_that_was_waited_for()
    {
        var id = Guid.CreateVersion7();
        var waits = Enumerable.Range(1, 3).Select(count => store.WaitForAsync(Tally.Aggregate, id, tally => tally.Count >= count, Soon)).ToList();

        for (var number = 1; number <= 3; number++)
            await AddAsync(store, $"{number}", id.ToString("D"));

        (await Task.WhenAll(waits).WaitAsync(Soon)).Select((tally, index) => tally.Count >= index + 1).ShouldAllBe(reached => reached);
    }

    [Fact]
    public async Task Waiting_ends_when_the_time_is_up_or_when_it_is_cancelled()
    {
        var id = Guid.CreateVersion7();
        (await store.WaitForAsync(Tally.Aggregate, id, tally => tally.Count > 0, TimeSpan.FromMilliseconds(50))).Count.ShouldBe(0);

        using var cancelled = new CancellationTokenSource(50);
        await Should.ThrowAsync<OperationCanceledException>(() => store.WaitForAsync(Tally.Aggregate, id, tally => tally.Count > 0, Soon, cancelled.Token));
    }

    [Fact]
    public async Task On_a_shared_database_what_another_process_wrote_is_read_and_waited_for()
    {
        if (!engine.IsShared)
            return;
        var id = Guid.CreateVersion7();
        await AddAsync(store, "here", id.ToString("D"));
        await using var other = await OpenStoreAsync(Open());
        var waiting = store.WaitForAsync(Tally.Aggregate, id, tally => tally.Count == 2, Soon);

        await AddAsync(other, "there", id.ToString("D"));

        (await VersionAsync(id.ToString("D"))).ShouldBe(2);
        (await waiting.WaitAsync(Soon)).Count.ShouldBe(2);
    }
}
