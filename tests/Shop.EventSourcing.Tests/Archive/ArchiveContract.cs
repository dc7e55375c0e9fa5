using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests.Archive;

/// <summary>Forty streams of three events each, every second of which has ended long ago; nobody may notice where they are.</summary>
public abstract partial class ArchiveContract : IAsyncLifetime
{
    private const int Streams = 40;
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private readonly ShiftedClock clock = new();
    private readonly string folder = Directory.CreateTempSubdirectory("shop-archive-").FullName;
    private EventStore store = null!;
    private List<RecordedEvent> log = [];

    protected static IReadOnlyList<Table> Tables { get; } = [TallyRow.Table, TallyListRow.Table];

    protected string Folder => folder;

    /// <summary>Opens the test's database, as another process would.</summary>
    protected abstract IStorageEngine Open();

    protected virtual SchemaScript[] Scripts => TallyListRow.Scripts;

    protected abstract Task CreateDatabaseAsync();

    protected abstract Task DropDatabaseAsync();

    protected abstract Task ExecuteAsync(string sql);

    protected abstract Task<long> CountAsync(string sql);

    public async Task InitializeAsync()
    {
        await CreateDatabaseAsync();
        store = await OpenStoreAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var number = 0; number < Streams; number++)
            {
                // Half of them end in one month, half in another.
                clock.Shift = -TimeSpan.FromDays(round < 2 ? 70 : number % 4 == 1 ? 65 : 33);
                await ChangeAsync(number, round == 2 && number % 2 == 1);
            }
        }

        clock.Shift = TimeSpan.Zero;
        await ChangeAsync(0, remove: false);
        log = await LogAsync();
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        await DropDatabaseAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<EventStore> OpenStoreAsync()
    {
        var opened = new EventStore("test", Open(), [Tally.Inline], clock);
        await opened.OpenAsync(Scripts, default);
        return opened;
    }

    private protected async Task<IStorageEngine> OpenReadyAsync()
    {
        var engine = Open();
        await engine.InitializeAsync(Scripts, default);
        return engine;
    }

    private async Task ChangeAsync(int number, bool remove) => await store.ExecuteAsync(async unit =>
    {
        var tally = await unit.LoadAsync(Tally.Aggregate, $"{number}");
        return unit.Decide(() =>
        {
            tally.Append(remove ? new TallyEvent.Removed() : tally.State.Add($"{number}/x"));
            return true;
        });
    });

    private protected Archiver NewArchiver(IStorageEngine engine, Action<string>? reached = null, int eventsPerSegment = 12) =>
        new("test", engine, [new ArchivePolicy<Tally, TallyEvent>(Tally.Aggregate, tally => tally.Count >= 3 && IsOdd(tally))], clock, eventsPerSegment)
        {
            Reached = reached ?? (_ => { }),
        };

    private static bool IsOdd(Tally tally) => int.Parse(tally.Last.Split('/')[0], System.Globalization.CultureInfo.InvariantCulture) % 2 == 1;

    private async Task<ArchiveReport> ArchiveAsync(int eventsPerSegment = 12)
    {
        await using var engine = await OpenReadyAsync();
        return await NewArchiver(engine, null, eventsPerSegment).ArchiveAsync(Age);
    }

    private async Task<ArchiveReport> RestoreAsync()
    {
        await using var engine = await OpenReadyAsync();
        return await NewArchiver(engine).RestoreAsync();
    }

    /// <summary>The whole log as a process would read it that has just started.</summary>
    private async Task<List<RecordedEvent>> LogAsync(int batchSize = 7)
    {
        await using var engine = Open();
        var all = new List<RecordedEvent>();
        while (await engine.ReadLogAsync(all.Count == 0 ? 0 : all[^1].Position, batchSize, default) is { Count: > 0 } batch)
            all.AddRange(batch);
        return all;
    }

    private async Task ShouldBeUnchangedAsync()
    {
        Describe(await LogAsync()).ShouldBe(Describe(log));
        Describe(await LogAsync(1_000)).ShouldBe(Describe(log));
        await using var engine = Open();
        foreach (var stream in log.GroupBy(recorded => recorded.Stream))
            Describe(await engine.ReadStreamAsync(stream.Key, 0, null, null, 100, default)).ShouldBe(Describe(stream));
    }

    private static List<string> Describe(IEnumerable<RecordedEvent> events) =>
        [.. events.Select(recorded => $"{recorded.Position} {recorded.Stream} {recorded.Version} {Convert.ToHexString(EventDigest.Of(recorded))}")];

    private Task<long> HotEventsAsync() => CountAsync("SELECT count(*) FROM events");

    private string[] Files() => [.. Directory.EnumerateFiles(folder, "*.segment*", SearchOption.AllDirectories)];

    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
