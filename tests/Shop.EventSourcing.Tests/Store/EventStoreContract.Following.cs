using System.Collections.Concurrent;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>Whoever follows an aggregate is told of each of its events once, in each process.</summary>
public abstract partial class EventStoreContract
{
    private const int FollowedWorkers = 8;
    private const int AdditionsPerWorker = 60;

    [Fact]
    public async Task Each_event_is_told_once_in_each_process_whoever_appended_it()
    {
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : store;
        var (here, there) = (Told(store), Told(other));

        await Task.WhenAll(Enumerable.Range(0, FollowedWorkers).Select(worker => Task.Run(async () =>
        {
            for (var number = 0; number < AdditionsPerWorker; number++)
            {
                var (writer, reader) = worker % 2 == 0 ? (store, other) : (other, store);
                await AddAsync(writer, $"{worker}.{number}", $"own{worker}", $"shared{number % 3}");
                // What a reader has loaded it knows before it comes by.
                await reader.ReadAsync(Tally.Aggregate, $"own{worker}");
            }
        })));

        var all = new List<string>();
        await foreach (var recorded in LogAsync())
            all.Add(((TallyEvent.Added)EventStore.Decode<TallyEvent>(Tally.Aggregate.Events, recorded)).By);
        all.Count.ShouldBe(2 * FollowedWorkers * AdditionsPerWorker);
        await ToldAsync(here, all.Count);
        await ToldAsync(there, all.Count);
        here.ShouldBe(all, ignoreOrder: true);
        there.ShouldBe(all, ignoreOrder: true);
        if (other != store)
            await other.DisposeAsync();
    }

    [Fact]
    public async Task An_event_that_comes_by_before_its_own_process_hears_of_the_commit_is_told_once()
    {
        if (!engine.IsShared)
            return;
        var told = Told(store);
        AfterNextCommit(() => SpinWait.SpinUntil(() => !told.IsEmpty, Soon));

        await AddAsync(store, "1", "a");
        await AddAsync(store, "2", "a");

        told.ShouldBe(["a/1", "a/2"]);
    }

    [Fact]
    public async Task An_event_is_told_once_when_the_answer_to_its_commit_was_lost()
    {
        if (!engine.IsShared)
            return;
        var told = Told(store);
        LoseNextAnswer();

        await Should.ThrowAsync<TimeoutException>(() => AddAsync(store, "1", "a"));
        await AddAsync(store, "2", "a");

        await ToldAsync(told, 2);
        told.ShouldBe(["a/1", "a/2"]);
    }

    [Fact]
    public async Task What_was_refused_or_given_up_is_not_told()
    {
        var told = Told(store);
        var (first, second) = (await DecidedAsync(store, "refused", "refused"), await DecidedAsync(store, "given up", "b"));
        FailNextCommit();
        await Should.ThrowAsync<TimeoutException>(() => first.CommitAsync());
        second.Abandon();
        await AddAsync(store, "1", "a");

        told.ShouldBe(["a/1"]);
    }

    [Fact]
    public async Task What_this_version_cannot_read_is_left_out_and_what_comes_after_it_told()
    {
        if (!engine.IsShared)
            return;
        await using var other = await OpenStoreAsync(Open());
        var told = Told(store);
        NewEvent[] unreadable =
        [
            new(Guid.CreateVersion7(), "tally-doubled.v1", "{}"u8.ToArray(), null, TimeProvider.System.GetUtcNow()),
            new(Guid.CreateVersion7(), "tally-added.v1", """{"Seen":"many"}"""u8.ToArray(), null, TimeProvider.System.GetUtcNow()),
        ];
        await other.Engine.CommitAsync([new() { Appends = [new("tally-a", 0, unreadable)] }], default);
        await AddAsync(other, "1", "b");

        await ToldAsync(told, 1);
        told.ShouldBe(["b/1"]);
    }

    private static ConcurrentQueue<string> Told(EventStore at)
    {
        var told = new ConcurrentQueue<string>();
        at.Follow(Tally.Aggregate, added => told.Enqueue(((TallyEvent.Added)added).By));
        return told;
    }

    private static async Task ToldAsync(ConcurrentQueue<string> told, int count)
    {
        for (var attempt = 0; attempt < 12_000 && told.Count < count; attempt++)
            await Task.Delay(10);
        told.Count.ShouldBe(count);
    }

    private async IAsyncEnumerable<RecordedEvent> LogAsync()
    {
        for (var position = 0L; await engine.ReadLogAsync(position, 1_000, default) is [.., { Position: var last }] batch; position = last)
        {
            foreach (var recorded in batch)
                yield return recorded;
        }
    }
}
