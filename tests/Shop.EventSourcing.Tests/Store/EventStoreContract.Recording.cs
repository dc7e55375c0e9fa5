using System.Collections.Concurrent;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>Streams that only record what happened, appended to without being read.</summary>
public abstract partial class EventStoreContract
{
    private const int Recorders = 8;
    private const int RecordsEach = 25;

    private static readonly Aggregate<Tally, TallyEvent> Journal = Tally.Aggregate with { Category = "journal" };

    [Fact]
    public async Task Who_only_records_meets_no_conflict_also_between_processes()
    {
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : store;
        var (handled, recordedByNow, told) = (0, 0, ToldOfJournal(store));

        await Task.WhenAll(Enumerable.Range(0, Recorders).Select(recorder => Task.Run(async () =>
        {
            var at = recorder % 2 == 0 ? store : other;
            for (var number = 0; number < RecordsEach; number++)
            {
                var (by, own) = ($"{recorder}.{number}", $"own{recorder}");
                await at.ExecuteAsync(async unit =>
                {
                    Interlocked.Increment(ref handled);
                    unit.Record(Journal, "all", new TallyEvent.Added(0, by));
                    return await DecideAsync(unit, by, own);
                });
                var least = Interlocked.Increment(ref recordedByNow);
                (await at.ReadAsync(Journal, "all")).Version.ShouldBeGreaterThanOrEqualTo(least);
            }
        })));

        handled.ShouldBe(Recorders * RecordsEach, "none was handled again");
        (await store.ReadAsync(Journal, "all")).Version.ShouldBe(handled);
        var recorded = await JournalAsync();
        recorded.ShouldBeUnique();
        for (var recorder = 0; recorder < Recorders; recorder++)
        {
            recorded.Where(by => by.StartsWith($"{recorder}.", StringComparison.Ordinal)).ShouldBe(
                Enumerable.Range(0, RecordsEach).Select(number => $"{recorder}.{number}"));
        }

        await ToldAsync(told, handled);
        told.ShouldBe(recorded, ignoreOrder: true);
        if (other != store)
            await other.DisposeAsync();
    }

    [Fact]
    public async Task Several_records_of_one_unit_of_work_are_one_append_in_their_order()
    {
        await RecordAsync("1");
        await RecordAsync("2", "3");
        await RecordAsync("4");

        (await JournalAsync()).ShouldBe(["1", "2", "3", "4"]);
        (await store.ReadAsync(Journal, "all")).State.ShouldBe(new(4, "4"));
    }

    [Fact]
    public async Task What_is_recorded_beside_a_decision_shares_its_fate()
    {
        await AddAsync(store, "1", "a");
        var told = ToldOfJournal(store);
        await Should.ThrowAsync<DomainException>(() => store.ExecuteAsync(async unit =>
        {
            var tally = await unit.LoadAsync(Tally.Aggregate, "a");
            unit.Decide(() => tally.State.Count).ShouldBe(1);
            unit.Record(Journal, "all", new TallyEvent.Added(0, "refused"));
            return await RefuseWhenAsync(unit, "a", 1);
        }));
        var position = store.Position;
        await RecordAsync("kept");

        (await JournalAsync()).ShouldBe(["kept"]);
        store.Position.ShouldBe(position + 1);
        await ToldAsync(told, 1);
        told.ShouldBe(["kept"]);
    }

    [Fact]
    public async Task Who_goes_on_from_a_state_that_something_was_recorded_after_decides_again()
    {
        await RecordAsync("1");
        var unit = store.Begin();
        var journal = await unit.LoadAsync(Journal, "all");
        unit.Decide(() =>
        {
            journal.Append(journal.State.Add("late"));
            return true;
        });
        await RecordAsync("2");

        await Should.ThrowAsync<ConcurrencyConflictException>(() => unit.CommitAsync());
        await RecordAsync("3");

        (await JournalAsync()).ShouldBe(["1", "2", "3"]);
        (await store.ReadAsync(Journal, "all")).State.ShouldBe(new(3, "3"));
    }

    [Fact]
    public async Task What_was_recorded_is_seen_when_the_answer_to_its_commit_was_lost()
    {
        await RecordAsync("1");
        await store.ReadAsync(Journal, "all");
        LoseNextAnswer();
        await Should.ThrowAsync<TimeoutException>(() => RecordAsync("2"));

        (await store.ReadAsync(Journal, "all")).State.ShouldBe(new(2, "2"));
    }

    [Fact]
    public async Task Nothing_is_recorded_in_a_unit_of_work_that_has_ended()
    {
        var unit = store.Begin();
        unit.Record(Journal, "all", new TallyEvent.Added(0, "1"));
        await unit.CommitAsync();

        Should.Throw<InvalidOperationException>(() => unit.Record(Journal, "all", new TallyEvent.Added(0, "late")));
        (await JournalAsync()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_stream_that_was_decided_on_is_not_recorded_to_unseen()
    {
        var unit = store.Begin();
        var journal = await unit.LoadAsync(Journal, "all");
        unit.Decide(() => journal.State.Count);
        unit.Record(Journal, "all", new TallyEvent.Added(0, "1"));

        (await Should.ThrowAsync<InvalidOperationException>(() => unit.CommitAsync())).Message.ShouldContain("journal-all");
        (await JournalAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void A_stream_whose_row_follows_its_state_must_be_loaded() =>
        Should.Throw<InvalidOperationException>(() => store.Begin().Record(Tally.Aggregate, "a", new TallyEvent.Added(0, "1"))).Message.ShouldContain("inline projection");

    private async Task RecordAsync(params string[] entries)
    {
        var unit = store.Begin();
        foreach (var entry in entries)
            unit.Record(Journal, "all", new TallyEvent.Added(0, entry));
        await unit.CommitAsync();
    }

    private async Task<List<string>> JournalAsync()
    {
        var entries = new List<string>();
        await foreach (var recorded in store.ReadStreamAsync(Journal.Stream("all")))
        {
            recorded.Version.ShouldBe(entries.Count + 1);
            entries.Add(((TallyEvent.Added)EventStore.Decode<TallyEvent>(Journal.Events, recorded)).By);
        }

        return entries;
    }

    private static ConcurrentQueue<string> ToldOfJournal(EventStore at)
    {
        var told = new ConcurrentQueue<string>();
        at.Follow(Journal, added => told.Enqueue(((TallyEvent.Added)added).By));
        return told;
    }
}
