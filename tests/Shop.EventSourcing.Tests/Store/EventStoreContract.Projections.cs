using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    private readonly TallyList list = new();

    [Fact]
    public async Task An_inline_row_is_what_its_stream_folds_to()
    {
        string[] ids = ["a", "b", "c"];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => AddAsync(store, $"{number}", ids[number % 3], ids[(number + 1) % 3]))));

        await using var models = engine.OpenReadModels();
        var rows = await models.Query<TallyRow>().ToListAsync();
        foreach (var id in ids)
            rows.Single(row => row.Stream == id).ShouldBe(new() { Stream = id, Count = 8, Version = await VersionAsync(id) });
        rows.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_asynchronous_projection_is_a_replay_of_the_log()
    {
        for (var number = 0; number < 30; number++)
        {
            await AddAsync(store, $"{number}", $"s{number % 4}");
            if (number % 10 != 9)
                continue;
            await RemoveAsync($"s{number % 3}");
            using var runner = new ProjectionRunner(store, list);
            await runner.CatchUpAsync();
            await ShouldBeReplayAsync();
        }
    }

    [Fact]
    public async Task A_row_that_a_projection_takes_away_is_deleted()
    {
        using var runner = new ProjectionRunner(store, list);
        await AddAsync(store, "1", "a", "b", "c");
        await runner.CatchUpAsync();
        await RemoveAsync("a");
        await RemoveAsync("b");
        await AddAsync(store, "2", "b", "d");
        await RemoveAsync("d");
        await RemoveAsync("nobody");
        await runner.CatchUpAsync();

        (await ListAsync()).Select(row => (row.Stream, row.Added)).ShouldBe([("tally-b", 1), ("tally-c", 1)]);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task Concurrent_runners_of_one_projection_count_each_event_once()
    {
        using var stop = new CancellationTokenSource();
        var runs = Enumerable.Range(0, 3).Select(_ => RunAsync(stop.Token)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var number = 0; number < 25; number++)
                await AddAsync(store, $"{worker}-{number}", $"w{worker}", $"n{number}");
        })));
        await ReachesAsync(await engine.ReadHeadAsync(default));
        await stop.CancelAsync();
        await Task.WhenAll(runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        (await ListAsync()).Sum(row => row.Added).ShouldBe(400);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task A_projection_that_broke_in_the_middle_goes_on_from_its_checkpoint()
    {
        for (var number = 0; number < 10; number++)
            await AddAsync(store, $"{number}", "a");
        using var runner = new ProjectionRunner(store, list);
        list.OnApply = recorded => _ = recorded.Version == 6 ? throw new DivideByZeroException() : 0;

        (await Should.ThrowAsync<InvalidOperationException>(() => runner.CatchUpAsync())).Message.ShouldContain("version 6");
        (await ListAsync()).Single().Added.ShouldBe(5);
        (await engine.ReadCheckpointAsync(list.Name, default)).ShouldBe(5);

        list.OnApply = _ => { };
        await runner.CatchUpAsync();
        (await ListAsync()).Single().Added.ShouldBe(10);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var runner = new ProjectionRunner(store, list);
        await runner.RunAsync(cancellationToken);
    }

    private async Task RemoveAsync(string id) => await store.ExecuteAsync(async unit =>
    {
        var tally = await unit.LoadAsync(Tally.Aggregate, id);
        return unit.Decide(() =>
        {
            tally.Append(new TallyEvent.Removed());
            return true;
        });
    });

    private async Task ReachesAsync(long position)
    {
        for (var i = 0; i < 12_000 && await engine.ReadCheckpointAsync(list.Name, default) < position; i++)
            await Task.Delay(10);
        (await engine.ReadCheckpointAsync(list.Name, default)).ShouldBe(position);
    }

    private async Task<List<TallyListRow>> ListAsync()
    {
        await using var models = engine.OpenReadModels();
        return await models.Query<TallyListRow>().OrderBy(row => row.Stream).ToListAsync();
    }

    private async Task ShouldBeReplayAsync()
    {
        var replayed = new SortedDictionary<string, TallyListRow>(StringComparer.Ordinal);
        foreach (var recorded in await engine.ReadLogAsync(0, int.MaxValue, default))
        {
            if (recorded.Type == "tally-removed.v1")
                replayed.Remove(recorded.Stream);
            else
                replayed[recorded.Stream] = new() { Stream = recorded.Stream, Added = (replayed.GetValueOrDefault(recorded.Stream)?.Added ?? 0) + 1, Position = recorded.Position };
        }

        (await ListAsync()).ShouldBe(replayed.Values);
    }
}
