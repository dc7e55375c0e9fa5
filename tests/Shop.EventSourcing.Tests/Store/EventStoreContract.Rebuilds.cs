using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.WhatIf;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    private ProjectionControl Control => new(store, [Tally.Inline], [list, new TallyLengths()]);

    private ProjectionControl ControlOfTheNextVersion => new(store, [Tally.Inline], [new TallyListChanged()]);

    [Fact]
    public async Task A_rebuild_beside_an_unchanged_projection_differs_in_no_row()
    {
        await AddManyAsync(50);
        await CatchUpAsync(list);
        await Control.RebuildAsync(list.Name);
        await AddManyAsync(10);
        await CatchUpBesideAsync(list);

        var status = await Control.ReadAsync(list.Name);
        (status.Live.Position, status.Next!.Position, status.Next.Progress, status.Next.Generation).ShouldBe((50, 60, 1, 2));
        var difference = await Control.CompareAsync(list.Name);
        difference.AreNone.ShouldBeTrue();
        (difference.LiveRows, difference.OtherRows, difference.UnderWay).ShouldBe((7, 7, 7));

        await CatchUpAsync(list);
        (await Control.CompareAsync(list.Name)).ShouldSatisfyAllConditions(
            exact => exact.AreNone.ShouldBeTrue(), exact => exact.UnderWay.ShouldBe(0), exact => exact.Rows.ShouldBeEmpty());
    }

    [Fact]
    public async Task A_rebuild_of_a_changed_projection_differs_in_just_the_rows_that_it_changes()
    {
        await AddAsync(store, "1", "a", "b", "none");
        await AddAsync(store, "2", "a", "b", "ab");
        await CatchUpAsync(list);
        await ControlOfTheNextVersion.RebuildAsync(list.Name);
        await CatchUpBesideAsync(new TallyListChanged());
        await RemoveAsync("a");

        var difference = await ControlOfTheNextVersion.CompareAsync(list.Name);

        (difference.Changed, difference.OnlyLive, difference.OnlyOther, difference.UnderWay).ShouldBe((2, 1, 0, 0));
        difference.Rows.OrderBy(row => row.Key).Select(row => (row.Key, row.Kind)).ShouldBe([("tally-ab", "changed"), ("tally-b", "changed"), ("tally-none", "only-live")]);
        difference.Rows.Single(row => row.Key == "tally-b").Columns.ShouldBe([new("added", "2", "4")]);
        difference.Rows.Single(row => row.Kind == "only-live").Columns.Select(column => (column.Column, column.Live, column.Other))
            .ShouldBe([("stream", "tally-none", null), ("added", "1", null), ("position", "3", null)]);
    }

    [Fact]
    public async Task A_swap_shows_the_new_rows_at_once_and_the_way_back_the_old_ones()
    {
        await AddAsync(store, "1", "a", "b");
        await CatchUpAsync(list);
        await ControlOfTheNextVersion.RebuildAsync(list.Name);
        await CatchUpBesideAsync(new TallyListChanged());

        await ControlOfTheNextVersion.SwapAsync(list.Name);
        (await ListAsync()).Select(row => row.Added).ShouldBe([1, 2]);
        await AddAsync(store, "2", "a", "b");
        await CatchUpAsync(new TallyListChanged());
        (await ListAsync()).Select(row => row.Added).ShouldBe([2, 4]);
        (await Control.ReadAsync(list.Name)).ShouldSatisfyAllConditions(
            status => status.Live.Generation.ShouldBe(2), status => status.Next.ShouldBeNull(), status => status.Previous!.State.ShouldBe("kept"));

        await Control.BackAsync(list.Name);
        (await ListAsync()).Select(row => row.Added).ShouldBe([1, 1]);
        (await engine.ReadCheckpointAsync(list.Name, default)).ShouldBe(2);
        await CatchUpAsync(list);
        await ShouldBeReplayAsync();

        await Control.BackAsync(list.Name);
        (await ListAsync()).Select(row => row.Added).ShouldBe([2, 4]);
        await Control.DiscardAsync(list.Name, ProjectionSlot.Previous);
        (await Should.ThrowAsync<DomainException>(() => Control.BackAsync(list.Name))).Code.ShouldBe("no-way-back");
    }

    [Fact]
    public async Task Whoever_works_on_the_rows_when_they_are_swapped_writes_nothing_more_into_the_new_ones()
    {
        for (var number = 0; number < 10; number++)
            await AddAsync(store, $"{number}", "a");
        using var reached = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        var slow = new TallyList
        {
            OnApply = recorded =>
            {
                if (recorded.Position != 5)
                    return;
                reached.Release();
                goOn.Wait();
            },
        };
        using var runner = new ProjectionRunner(store, slow);
        var running = Task.Run(() => runner.CatchUpAsync());
        await reached.WaitAsync();

        await ControlOfTheNextVersion.RebuildAsync(list.Name);
        using (var beside = ProjectionRunner.Beside(store, new TallyListChanged()))
            await beside.CatchUpAsync();
        await ControlOfTheNextVersion.SwapAsync(list.Name);
        await ControlOfTheNextVersion.PauseAsync(list.Name, "test", null);
        goOn.Set();
        await running.WaitAsync(Soon);

        (await ListAsync()).Single().Added.ShouldBe(10);
        (await engine.ReadCheckpointAsync(list.Name, default)).ShouldBe(10);
        (await engine.ReadCheckpointAsync(ProjectionSlot.Previous.Checkpoint(list.Name), default)).ShouldBe(0);
    }

    [Fact]
    public async Task Swaps_and_ways_back_under_load_lose_no_update()
    {
        using var stop = new CancellationTokenSource();
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : store;
        var following = Task.WhenAll(RunAsync(store, ProjectionRunner.DefaultLease, stop.Token), RunAsync(other, ProjectionRunner.DefaultLease, stop.Token));
        var building = Task.WhenAll(BuildAsync(store, stop.Token), BuildAsync(other, stop.Token));
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var number = 0; number < 60; number++)
                await AddAsync(worker % 2 == 0 ? store : other, $"{worker}-{number}", $"w{worker}", $"n{number % 5}");
        })));

        for (var round = 0; round < 4; round++)
        {
            var name = round % 2 == 0 ? list.Name : TallyRow.Table.Name;
            await Control.RebuildAsync(name);
            await SwapWhenReadyAsync(name);
            if (round % 3 == 0)
                await Control.BackAsync(name);
        }

        await writing;
        await ReachesAsync(await engine.ReadHeadAsync(default));
        await stop.CancelAsync();
        await Task.WhenAll(following, building).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await ShouldBeReplayAsync();
        (await ListAsync()).Sum(row => row.Added).ShouldBe(960);
        await ShouldBeFoldedAsync();
        if (other != store)
            await other.DisposeAsync();
    }

    [Fact]
    public async Task An_inline_projection_is_built_anew_from_its_streams_and_swapped_at_the_head_of_the_log()
    {
        await AddManyAsync(40);
        await Control.RebuildAsync(TallyRow.Table.Name);
        using (var beside = ProjectionRunner.Beside(store, Tally.Inline))
            await beside.CatchUpAsync();
        await AddManyAsync(10);

        (await Control.CompareAsync(TallyRow.Table.Name)).AreNone.ShouldBeTrue();
        await Control.SwapAsync(TallyRow.Table.Name);
        await ShouldBeFoldedAsync();
        await AddManyAsync(10);
        await ShouldBeFoldedAsync();

        await Control.BackAsync(TallyRow.Table.Name);
        await ShouldBeFoldedAsync();
        (await Control.ReadAsync(TallyRow.Table.Name)).ShouldSatisfyAllConditions(
            status => status.Live.Generation.ShouldBe(1), status => status.Previous!.Generation.ShouldBe(2), status => status.Live.LagEvents.ShouldBe(0));
    }

    [Fact]
    public async Task A_rebuild_goes_on_where_another_runner_left_it()
    {
        await AddManyAsync(30);
        await Control.RebuildAsync(list.Name);
        var broken = new TallyList { OnApply = recorded => _ = recorded.Position == 20 ? throw new DivideByZeroException() : 0 };
        await Should.ThrowAsync<InvalidOperationException>(() => CatchUpBesideAsync(broken));
        (await Control.ReadAsync(list.Name)).Next!.ShouldSatisfyAllConditions(next => next.State.ShouldBe("stopped"), next => next.Position.ShouldBe(19));
        (await Should.ThrowAsync<DomainException>(() => Control.SwapAsync(list.Name))).Code.ShouldBe("rebuild-stopped");

        await CatchUpBesideAsync(list);
        await Control.SwapAsync(list.Name);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task Supposed_rows_say_what_a_rebuild_would_and_write_nothing()
    {
        await AddAsync(store, "1", "a", "b", "none");
        await CatchUpAsync(list);
        await AddAsync(store, "2", "a", "b");

        (await new SupposedRows(engine, list).CompareAsync()).AreNone.ShouldBeTrue();
        var difference = await new SupposedRows(engine, new TallyListChanged()).CompareAsync();

        (difference.LivePosition, difference.Changed, difference.OnlyLive, difference.OnlyOther).ShouldBe((3, 1, 1, 0));
        difference.Rows.Single(row => row.Kind == "changed").ShouldSatisfyAllConditions(
            row => row.Key.ShouldBe("tally-b"), row => row.Columns.ShouldBe([new("added", "1", "2")]));
        (await ListAsync()).ShouldAllBe(row => row.Added == 1);
        (await engine.Projections.ReadAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_and_changes_nothing()
    {
        await AddManyAsync(5);
        async Task RefusedAsync(string code, Func<Task> action) => (await Should.ThrowAsync<DomainException>(action)).Code.ShouldBe(code);

        await RefusedAsync("no-rebuild", () => Control.SwapAsync(list.Name));
        await RefusedAsync("no-way-back", () => Control.BackAsync(list.Name));
        await RefusedAsync("nothing-to-compare", () => Control.CompareAsync(list.Name));
        await RefusedAsync("projection-unknown", () => Control.RebuildAsync("nobody"));
        await RefusedAsync("projection-is-inline", () => Control.PauseAsync(TallyRow.Table.Name, "test", null));
        await RefusedAsync("nothing-to-skip", () => Control.SkipAsync(list.Name, 1, "test", "for fun"));
        await Control.RebuildAsync(list.Name);
        await RefusedAsync("rebuild-under-way", () => Control.RebuildAsync(list.Name));
        await Control.DiscardAsync(list.Name, ProjectionSlot.Next);
        await CatchUpBesideAsync(list);
        await CatchUpAsync(list);
        await ShouldBeReplayAsync();
    }

    private async Task AddManyAsync(int events)
    {
        for (var number = 0; number < events; number++)
            await AddAsync(store, $"{number}", $"s{number % 7}");
    }

    private async Task CatchUpAsync(IAsyncProjection projection)
    {
        using var runner = new ProjectionRunner(store, projection);
        await runner.CatchUpAsync();
    }

    private async Task CatchUpBesideAsync(IAsyncProjection projection)
    {
        using var runner = ProjectionRunner.Beside(store, projection);
        await runner.CatchUpAsync();
    }

    /// <summary>As a service does: whatever is to be built is built.</summary>
    private async Task BuildAsync(EventStore at, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var following = ProjectionRunner.Beside(at, list);
            using var written = ProjectionRunner.Beside(at, Tally.Inline);
            await Task.WhenAll(following.RunAsync(stop), written.RunAsync(stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private async Task SwapWhenReadyAsync(string name)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await Control.SwapAsync(name);
                return;
            }
            catch (DomainException behind) when (behind.Code == "rebuild-behind" && attempt < 500)
            {
                await Task.Delay(10);
            }
        }
    }

    private async Task ShouldBeFoldedAsync()
    {
        await using var models = engine.OpenReadModels();
        foreach (var row in await models.Query<TallyRow>().ToListAsync())
        {
            var (tally, version) = await store.ReadAsOfAsync(Tally.Aggregate, row.Stream);
            row.ShouldBe(new() { Stream = row.Stream, Count = tally.Count, Version = version });
        }

        (await models.Query<TallyRow>().SumAsync(row => row.Count)).ShouldBe(await engine.ReadHeadAsync(default));
    }
}
