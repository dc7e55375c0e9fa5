using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests.Proof;

/// <summary>A log of 30 events in three seals of ten, on which the tests do what a proof must find.</summary>
public abstract partial class ProofContract : IAsyncLifetime
{
    private const int Events = 30;
    private const int SealedAtOnce = 10;
    private static readonly string[] Ids = ["a", "b", "c"];

    private readonly string folder = Directory.CreateTempSubdirectory("shop-proof-").FullName;
    private ProofKeys keys = null!;
    private EventStore store = null!;

    protected static IReadOnlyList<Table> Tables { get; } = [TallyRow.Table, TallyListRow.Table];

    /// <summary>Opens the test's database, as another process would.</summary>
    protected abstract IStorageEngine Open();

    protected virtual SchemaScript[] Scripts => TallyListRow.Scripts;

    protected abstract Task CreateDatabaseAsync();

    protected abstract Task DropDatabaseAsync();

    protected abstract Task ExecuteAsync(string sql);

    /// <summary>SQL that makes an instant later by a microsecond.</summary>
    protected abstract string Later(string column);

    /// <summary>SQL of JSON as it is stored.</summary>
    protected virtual string Json(string text) => $"'{text}'";

    protected virtual string Concatenation => "||";

    /// <summary>SQL that copies events into a new table.</summary>
    protected virtual string CopyInto(string table, string where) => $"CREATE TABLE {table} AS SELECT * FROM events WHERE {where}";

    /// <summary>SQL of an event id that nobody else has.</summary>
    protected abstract string NewId { get; }

    private HeadFile Heads => new(Path.Combine(folder, "test.head.json"));

    public async Task InitializeAsync()
    {
        await CreateDatabaseAsync();
        keys = ProofKeys.LoadOrCreate(Path.Combine(folder, "key.pem"));
        store = await OpenStoreAsync();
        for (var number = 0; number < Events; number++)
        {
            await AddAsync(store, Ids[number % Ids.Length], $"{number}");
            if ((number + 1) % SealedAtOnce == 0)
                await SealAsync();
        }
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        keys.Dispose();
        await DropDatabaseAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<EventStore> OpenStoreAsync()
    {
        var opened = new EventStore("test", Open(), [Tally.Inline], TimeProvider.System);
        await opened.OpenAsync(Scripts, default);
        return opened;
    }

    private static async Task AddAsync(EventStore store, string id, string by) => await store.ExecuteAsync(async unit =>
    {
        var tally = await unit.LoadAsync(Tally.Aggregate, id);
        return unit.Decide(() =>
        {
            tally.Append(tally.State.Add($"{id}/{by}"));
            return true;
        });
    });

    private Task SealAsync(ProofKeys? with = null, HeadFile? heads = null) => new Sealer(store, with ?? keys, heads ?? Heads).CatchUpAsync();

    private async Task<ProofReport> VerifyAsync(ProofKeys? with = null, params SignedHead[] heads)
    {
        await using var engine = Open();
        return await new LogVerifier("test", engine, with ?? keys).VerifyAsync(heads);
    }

    private SignedHead KeptHead() => SignedHead.ReadAll(File.ReadAllText(Heads.Path)).Single();

    /// <summary>Where an event of the untouched log stands.</summary>
    private static Place PlaceOf(int position) => new(Tally.Aggregate.Stream(Ids[(position - 1) % Ids.Length]), ((position - 1) / Ids.Length) + 1);

    private async Task ShouldBeFoundAsync(params (TamperingKind Kind, int Position, Place? Place)[] expected)
    {
        var report = await VerifyAsync();
        report.Findings.Select(finding => (finding.Kind, (int)finding.Position, finding.Place)).ShouldBe(expected, string.Join('\n', report.Findings));
    }
}
