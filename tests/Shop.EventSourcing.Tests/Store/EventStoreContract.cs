using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>What the event store promises, on a real database whose commits the test can hold and break.</summary>
public abstract partial class EventStoreContract : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    private HeldEngine engine = null!;
    private EventStore store = null!;

    public static IReadOnlyList<Table> Tables { get; } = [TallyRow.Table, TallyListRow.Table, TallyLengths.Rows, DataKeyRow.Table];

    /// <summary>Opens the test's database, as another process would.</summary>
    protected abstract IStorageEngine Open();

    protected virtual SchemaScript[] Scripts => TallyListRow.Scripts;

    protected abstract Task CreateDatabaseAsync();

    protected abstract Task DropDatabaseAsync();

    public async Task InitializeAsync()
    {
        await CreateDatabaseAsync();
        engine = new(Open());
        store = await OpenStoreAsync(engine);
    }

    public async Task DisposeAsync()
    {
        engine.Release();
        await store.DisposeAsync();
        await DropDatabaseAsync();
    }

    private async Task<EventStore> OpenStoreAsync(IStorageEngine engine)
    {
        var opened = new EventStore("test", engine, [Tally.Inline], TimeProvider.System);
        await opened.OpenAsync(Scripts, default);
        return opened;
    }

    /// <summary>Adds one event to each stream, in one unit of work.</summary>
    /// <returns>The versions that the streams had then.</returns>
    private static async Task<long[]> AddAsync(EventStore store, string by, params string[] ids) =>
        (await store.ExecuteAsync(unit => DecideAsync(unit, by, ids))).Value;

    private static async Task<long[]> DecideAsync(UnitOfWork unit, string by, params string[] ids)
    {
        var tallies = new List<StreamHandle<Tally, TallyEvent>>();
        foreach (var id in ids)
            tallies.Add(await unit.LoadAsync(Tally.Aggregate, id));
        return unit.Decide(() =>
        {
            foreach (var (tally, id) in tallies.Zip(ids))
                tally.Append(tally.State.Add($"{id}/{by}"));
            return tallies.Select(tally => tally.State.Count).ToArray();
        });
    }

    private static async Task<UnitOfWork> DecidedAsync(EventStore store, string by, params string[] ids)
    {
        var unit = store.Begin();
        await DecideAsync(unit, by, ids);
        return unit;
    }

    private Task<long> VersionAsync(string id) => VersionAsync(store, id);

    private static async Task<long> VersionAsync(EventStore store, string id) =>
        (await store.ReadAsync(Tally.Aggregate, id).AsTask().WaitAsync(Soon)).Version;

    /// <summary>The stored additions of one stream, of which each must have been decided on all before it.</summary>
    private async Task<List<string>> AdditionsAsync(string id)
    {
        var additions = new List<string>();
        await foreach (var recorded in store.ReadStreamAsync(Tally.Aggregate.Stream(id)))
        {
            var added = (TallyEvent.Added)EventStore.Decode<TallyEvent>(Tally.Aggregate.Events, recorded);
            (recorded.Version, added.Seen).ShouldBe((additions.Count + 1, additions.Count));
            additions.Add(added.By.Split('/')[1]);
        }

        additions.ShouldBeUnique();
        return additions;
    }

    /// <summary>Waits until so many groups were handed to the engine.</summary>
    private async Task CommitsReachAsync(int commits)
    {
        for (var i = 0; engine.Commits < commits && i < 12_000; i++)
            await Task.Delay(10);
        engine.Commits.ShouldBeGreaterThanOrEqualTo(commits);
    }

    /// <summary>Breaks the next commit.</summary>
    private void FailNextCommit() => engine.Before = _ =>
    {
        engine.Before = _ => { };
        throw new TimeoutException("broken on purpose");
    };

    /// <summary>Makes the next commit durable, but its answer is lost.</summary>
    private void LoseNextAnswer() => AfterNextCommit(() => throw new TimeoutException("the answer was lost"));

    private void AfterNextCommit(Action then) => engine.After = _ =>
    {
        engine.After = _ => { };
        then();
    };
}
