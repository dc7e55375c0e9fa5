using System.Collections.Concurrent;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>Two processes on one database. Nothing to see where a database has one process.</summary>
public abstract partial class EventStoreContract
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongLease = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Decisions_of_two_processes_on_the_same_streams_make_one_history(int seed)
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        string[] ids = ["a", "b", "c", "d"];
        var acknowledged = new ConcurrentDictionary<(string Id, string By), long>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var (random, at) = (new Random(HashCode.Combine(seed, worker)), worker % 2 == 0 ? store : other);
            for (var number = 0; number < 40; number++)
            {
                var (by, chosen) = ($"{worker}.{number}", ids.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray());
                var versions = await AddAsync(at, by, chosen);
                foreach (var (id, version) in chosen.Zip(versions))
                    acknowledged[(id, by)] = version;
                // Whoever has an answer finds it at the other process, too.
                (await (at == store ? other : store).ReadAsync(Tally.Aggregate, chosen[0])).Version.ShouldBeGreaterThanOrEqualTo(versions[0]);
            }
        })));

        foreach (var id in ids)
        {
            var additions = await AdditionsAsync(id);
            additions.Count.ShouldBe(acknowledged.Count(added => added.Key.Id == id));
            foreach (var (key, version) in acknowledged.Where(added => added.Key.Id == id))
                additions[(int)version - 1].ShouldBe(key.By);
            var replayed = await store.ReadAsOfAsync(Tally.Aggregate, id);
            (await store.ReadAsync(Tally.Aggregate, id)).ShouldBe(replayed);
            (await other.ReadAsync(Tally.Aggregate, id)).ShouldBe(replayed);
        }
    }

    [Fact]
    public async Task A_strong_read_is_never_older_than_what_the_other_process_has_answered()
    {
        if (!engine.IsShared)
            return;
        engine.Silent = true;
        await using var other = await OpenStoreAsync(Open());
        for (var number = 1; number <= 50; number++)
        {
            await AddAsync(store, $"{number}", "a");
            (await VersionAsync(other, "a")).ShouldBe(number);
            (await VersionAsync(other, "b")).ShouldBe(number - 1);
            await AddAsync(store, $"{number}", "b");
        }
    }

    [Fact]
    public async Task What_another_process_wrote_is_known_here_even_when_its_signals_get_lost()
    {
        if (!engine.IsShared)
            return;
        engine.Silent = true;
        await using var other = await OpenStoreAsync(Open());
        await VersionAsync(other, "a");
        await AddAsync(store, "1", "a");

        for (var attempt = 0; attempt < 12_000 && (await other.ReadEventuallyAsync(Tally.Aggregate, "a")).Version == 0; attempt++)
            await Task.Delay(10);
        (await other.ReadEventuallyAsync(Tally.Aggregate, "a")).Version.ShouldBe(1);
        other.Position.ShouldBe(1);
    }

    [Fact]
    public async Task States_follow_what_another_process_writes_without_being_read_again()
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        await AddAsync(store, "1", "a");
        engine.StreamReads.Clear();
        for (var number = 2; number <= 4; number++)
            await AddAsync(other, $"{number}", "a", "b-with-a-dash");
        await SeenByStoreAsync(7);

        (await AddAsync(store, "5", "a", "b-with-a-dash")).ShouldBe([5, 4]);

        engine.StreamReads.ShouldBeEmpty();
        (await AdditionsAsync("a")).ShouldBe(["1", "2", "3", "4", "5"]);
        (await store.ReadAsync(Tally.Aggregate, "a")).ShouldBe(await store.ReadAsOfAsync(Tally.Aggregate, "a"));
    }

    [Fact]
    public async Task After_a_conflict_only_what_is_new_is_read()
    {
        if (!engine.IsShared)
            return;
        engine.Silent = true;
        await using var other = await OpenStoreAsync(Open());
        for (var number = 1; number <= 3; number++)
            await AddAsync(store, $"{number}", "a");
        engine.StreamReads.Clear();
        engine.Hold();
        var late = AddAsync(store, "5", "a");
        while (engine.Commits < 4)
            await Task.Delay(1);
        await AddAsync(other, "4", "a");
        engine.Release();

        (await late).ShouldBe([5]);
        engine.StreamReads.Distinct().ShouldBe([("tally-a", 3)]);
    }

    [Fact]
    public async Task An_event_that_this_process_does_not_know_stops_its_stream_only()
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        await AddAsync(store, "1", "a", "b");
        var unknown = new NewEvent(Guid.CreateVersion7(), "tally-doubled.v1", "{}"u8.ToArray(), null, TimeProvider.System.GetUtcNow());
        await other.Engine.CommitAsync([new() { Appends = [new("tally-a", 1, [unknown])] }], default);
        await AddAsync(other, "2", "b");
        await SeenByStoreAsync(4);

        (await VersionAsync(store, "b")).ShouldBe(2);
        (await Should.ThrowAsync<InvalidOperationException>(() => VersionAsync(store, "a"))).Message.ShouldContain("tally-doubled.v1");
    }

    [Fact]
    public async Task A_projection_that_was_given_up_goes_on_in_another_process_at_once()
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        using var stopHere = new CancellationTokenSource();
        using var stopThere = new CancellationTokenSource();
        var here = RunAsync(store, LongLease, stopHere.Token);
        await AddAsync(store, "1", "a");
        await ReachesAsync(1);
        var there = RunAsync(other, LongLease, stopThere.Token);
        await AddAsync(store, "2", "a");
        await ReachesAsync(2);

        await stopHere.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => here);
        await AddAsync(store, "3", "a");

        await ReachesAsync(3);
        await stopThere.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => there);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task A_paused_runner_of_a_projection_is_replaced_and_writes_nothing_when_it_wakes()
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        for (var number = 0; number < 10; number++)
            await AddAsync(store, $"{number}", "a");
        using var asleep = new SemaphoreSlim(0);
        using var awake = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var paused = new TallyList
        {
            OnApply = recorded =>
            {
                if (recorded.Position != 5)
                    return;
                asleep.Release();
                awake.Wait();
            },
        };
        using var sleeper = new ProjectionRunner(store, paused, ShortLease);
        var sleeping = Task.Run(() => sleeper.RunAsync(stop.Token));
        await asleep.WaitAsync();

        using (var runner = new ProjectionRunner(other, list, LongLease))
            await runner.CatchUpAsync().WaitAsync(Soon);
        (await ListAsync()).Single().Added.ShouldBe(10);
        awake.Set();
        await AddAsync(store, "late", "a");

        await ReachesAsync(11);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sleeping);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task Reading_a_projection_at_a_position_waits_for_it_wherever_it_runs()
    {
        using var stop = new CancellationTokenSource();
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : null;
        var (_, position) = await store.ExecuteAsync(unit => DecideAsync(unit, "1", "a"));
        (await store.WaitForProjectionAsync(list.Name, position, TimeSpan.FromMilliseconds(50))).ShouldBeFalse();

        var waiting = store.WaitForProjectionAsync(list.Name, position, Soon);
        var running = RunAsync(other ?? store, LongLease, stop.Token);

        (await waiting).ShouldBeTrue();
        (await ListAsync()).Single().Added.ShouldBe(1);
        await AddAsync(store, "2", "a");
        (await store.WaitForProjectionAsync(list.Name, await store.ReadHeadAsync(), Soon)).ShouldBeTrue();
        (await ListAsync()).Single().Added.ShouldBe(2);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        if (other is not null)
            await other.DisposeAsync();
    }

    private async Task SeenByStoreAsync(long position)
    {
        for (var attempt = 0; attempt < 12_000 && store.Position < position; attempt++)
            await Task.Delay(10);
        store.Position.ShouldBe(position);
    }

    private async Task RunAsync(EventStore at, TimeSpan lease, CancellationToken cancellationToken)
    {
        using var runner = new ProjectionRunner(at, list, lease);
        await runner.RunAsync(cancellationToken);
    }
}
