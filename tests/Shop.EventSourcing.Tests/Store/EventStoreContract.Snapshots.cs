using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>Snapshots: quicker, and never needed.</summary>
public abstract partial class EventStoreContract
{
    private static readonly Aggregate<Tally, TallyEvent> SnappedAnew = Tally.Aggregate with { Snapshots = new(TallyJson.Default.Tally, every: 10, revision: 2) };

    [Fact]
    public async Task A_load_starts_at_the_last_snapshot()
    {
        await SnapAsync(store, Tally.Snapped, 25);

        (await engine.ReadSnapshotAsync("tally-a", default)).ShouldNotBeNull().Version.ShouldBe(20);
        (await LoadAnewAsync(Tally.Snapped)).ShouldBe(20);
    }

    [Fact]
    public async Task Many_events_at_once_make_one_snapshot_of_all()
    {
        await store.ExecuteAsync(async unit =>
        {
            var tally = await unit.LoadAsync(Tally.Snapped, "a");
            return unit.Decide(() =>
            {
                for (var number = 0; number < 33; number++)
                    tally.Append(tally.State.Add($"a/{number}"));
                return true;
            });
        });

        var snapshot = (await engine.ReadSnapshotAsync("tally-a", default)).ShouldNotBeNull();
        (snapshot.Version, snapshot.State).ShouldBe((33, """{"Count":33,"Last":"a/32"}"""));
    }

    [Fact]
    public async Task What_is_refused_leaves_no_snapshot()
    {
        await SnapAsync(store, Tally.Snapped, 9);
        FailNextCommit();

        await Should.ThrowAsync<TimeoutException>(() => SnapAsync(store, Tally.Snapped, 1));

        (await engine.ReadSnapshotAsync("tally-a", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_snapshot_of_another_shape_is_passed_over_and_replaced_by_the_next_commit()
    {
        await SnapAsync(store, Tally.Snapped, 25);
        (await LoadAnewAsync(SnappedAnew)).ShouldBe(0);

        await using (var anew = await OpenStoreAsync(Open()))
            await SnapAsync(anew, SnappedAnew, 1);

        (await engine.ReadSnapshotAsync("tally-a", default)).ShouldNotBeNull().Version.ShouldBe(26);
        (await LoadAnewAsync(SnappedAnew)).ShouldBe(26);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_read_is_passed_over()
    {
        await SnapAsync(store, Tally.Snapped, 25);
        await DamageAsync(snapshot => snapshot with { State = "{" });

        (await LoadAnewAsync(Tally.Snapped)).ShouldBe(0);
    }

    [Fact]
    public async Task A_snapshot_that_is_not_what_its_events_give_is_found()
    {
        await SnapAsync(store, Tally.Snapped, 25);
        await SnapAsync(store, Tally.Snapped, 12, "b");
        (await WrongSnapshotsAsync()).ShouldBeEmpty();

        await DamageAsync(snapshot => snapshot with { State = snapshot.State.Replace("20", "21", StringComparison.Ordinal) });

        (await WrongSnapshotsAsync()).ShouldBe(["tally-a"]);
    }

    private async Task<List<string>> WrongSnapshotsAsync()
    {
        var wrong = new List<string>();
        await foreach (var snapshot in store.FindWrongSnapshotsAsync(Tally.Snapped))
            wrong.Add(snapshot.Stream);
        return wrong;
    }

    private async Task DamageAsync(Func<Snapshot, Snapshot> damage)
    {
        var snapshot = (await engine.ReadSnapshotAsync("tally-a", default)).ShouldNotBeNull();
        await engine.CommitAsync([new() { Rows = [Snapshot.Table.Upsert(damage(snapshot))] }], default);
    }

    private static async Task SnapAsync(EventStore store, Aggregate<Tally, TallyEvent> aggregate, int events, string id = "a")
    {
        for (var number = 0; number < events; number++)
        {
            await store.ExecuteAsync(async unit =>
            {
                var tally = await unit.LoadAsync(aggregate, id);
                return unit.Decide(() =>
                {
                    tally.Append(tally.State.Add($"{id}/{tally.Version}"));
                    return true;
                });
            });
        }
    }

    /// <summary>Loads as a process does that has just started.</summary>
    /// <returns>The version after which it read events.</returns>
    private async Task<long> LoadAnewAsync(Aggregate<Tally, TallyEvent> aggregate)
    {
        var watched = new HeldEngine(Open());
        await using var anew = await OpenStoreAsync(watched);
        (await anew.ReadAsync(aggregate, "a")).ShouldBe(await store.ReadAsOfAsync(Tally.Aggregate, "a"));
        return watched.StreamReads.ShouldHaveSingleItem().AfterVersion;
    }
}
