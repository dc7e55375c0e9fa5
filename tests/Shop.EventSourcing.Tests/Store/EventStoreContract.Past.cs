using Shop.EventSourcing.Projections;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>How it was at an instant.</summary>
public abstract partial class EventStoreContract
{
    [Fact]
    public async Task An_aggregate_as_of_an_instant_or_a_version_is_what_it_was_then()
    {
        var clock = new SetClock();
        await using var timed = await OpenTimedAsync(clock);
        var seen = new List<(DateTimeOffset At, Tally State, long Version)>();
        foreach (var minute in Enumerable.Range(1, 5))
        {
            clock.Now = SetClock.Start.AddMinutes(minute);
            await AddAsync(timed, $"m{minute}", "a", "b");
            var (state, version) = await timed.ReadAsync(Tally.Aggregate, "a");
            seen.Add((clock.Now, state, version));
        }

        (await timed.ReadAsOfAsync(Tally.Aggregate, "a", instant: SetClock.Start)).ShouldBe((Tally.Aggregate.Initial, 0));
        foreach (var (at, state, version) in seen)
        {
            (await timed.ReadAsOfAsync(Tally.Aggregate, "a", instant: at)).ShouldBe((state, version));
            (await timed.ReadAsOfAsync(Tally.Aggregate, "a", instant: at.AddSeconds(59))).ShouldBe((state, version));
            (await timed.ReadAsOfAsync(Tally.Aggregate, "a", version)).ShouldBe((state, version));
        }
    }

    [Fact]
    public async Task As_of_an_instant_nothing_is_left_out_in_between_whatever_the_clocks_of_the_writers_said()
    {
        var clock = new SetClock();
        await using var timed = await OpenTimedAsync(clock);
        foreach (var minute in new[] { 1, 5, 2, 9 })
        {
            clock.Now = SetClock.Start.AddMinutes(minute);
            await AddAsync(timed, $"m{minute}", "a");
        }

        (await VersionAsOfAsync(0)).ShouldBe(0);
        (await VersionAsOfAsync(1)).ShouldBe(1);
        (await VersionAsOfAsync(2)).ShouldBe(3);
        (await timed.ReadAsOfAsync(Tally.Aggregate, "a", version: 2, instant: SetClock.Start.AddMinutes(2))).Version.ShouldBe(2);

        async Task<long> VersionAsOfAsync(int minute) => (await timed.ReadAsOfAsync(Tally.Aggregate, "a", instant: SetClock.Start.AddMinutes(minute))).Version;
    }

    [Fact]
    public async Task Read_models_as_of_an_instant_show_what_they_showed_then()
    {
        var clock = new SetClock();
        await using var timed = await OpenTimedAsync(clock);
        using var list = new ProjectionRunner(timed, new TallyList());
        var shown = new List<(DateTimeOffset At, TallyRow[] Inline, TallyListRow[] Followed)>();
        foreach (var minute in Enumerable.Range(1, 6))
        {
            clock.Now = SetClock.Start.AddMinutes(minute);
            await AddAsync(timed, $"m{minute}", "a", minute % 2 == 0 ? "b" : "c");
            if (minute == 4)
                await RemoveAsync(timed, "b");
            await list.CatchUpAsync();
            shown.Add((clock.Now, await StoredAsync<TallyRow>(timed), await StoredAsync<TallyListRow>(timed)));
        }

        (await timed.ReadRowsAsOfAsync(new TallyList(), SetClock.Start)).ShouldBeEmpty();
        foreach (var (at, inline, followed) in shown)
        {
            (await timed.ReadRowsAsOfAsync<TallyRow>(Tally.Inline, at)).ShouldBe(inline, ignoreOrder: true);
            (await timed.ReadRowsAsOfAsync(new TallyList(), at.AddSeconds(30))).ShouldBe(followed, ignoreOrder: true);
        }
    }

    [Fact]
    public async Task A_query_as_of_an_instant_and_as_stored_say_the_same_when_nothing_has_happened_since()
    {
        await AddAsync(store, "x", "a", "b", "c");
        await AddAsync(store, "y", "b");

        var stored = await store.QueryAsync<TallyRow, long>(Tally.Inline, null, Counts);
        var past = await store.QueryAsync<TallyRow, long>(Tally.Inline, DateTimeOffset.MaxValue, Counts);

        stored.ShouldBe([2, 1, 1]);
        past.ShouldBe(stored);

        static IQueryable<long> Counts(IQueryable<TallyRow> rows) => rows.OrderByDescending(row => row.Count).ThenBy(row => row.Stream).Select(row => row.Count);
    }

    private async Task<EventStore> OpenTimedAsync(TimeProvider clock)
    {
        var opened = new EventStore("timed", Open(), [Tally.Inline], clock);
        await opened.OpenAsync(TallyListRow.Scripts, default);
        return opened;
    }

    private static async Task RemoveAsync(EventStore store, string id) => await store.ExecuteAsync(async unit =>
    {
        var tally = await unit.LoadAsync(Tally.Aggregate, id);
        return unit.Decide(() =>
        {
            tally.Append(new TallyEvent.Removed());
            return true;
        });
    });

    private static async Task<TRow[]> StoredAsync<TRow>(EventStore store) where TRow : class
    {
        await using var models = store.Engine.OpenReadModels();
        return [.. models.Query<TRow>()];
    }

    /// <summary>Stands still until it is set; waiting goes by the real one.</summary>
    private sealed class SetClock : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2026, 3, 1, 14, 0, 0, TimeSpan.Zero);

        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
