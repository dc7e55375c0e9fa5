using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests;

/// <summary>
/// A process that goes on until it is killed: <see cref="Rebuild"/> or <see cref="Snap"/>, then <c>sqlite FILE</c> or
/// <c>postgresql CONNECTION-STRING</c>.
/// </summary>
public static class Program
{
    /// <summary>Builds a read model anew.</summary>
    public const string Rebuild = "rebuild";

    /// <summary>Appends to streams that have a snapshot taken every few events, and writes a line, <c>STREAM VERSION</c>, for each commit.</summary>
    public const string Snap = "snap";

    /// <summary>So that building takes long enough to be killed in the middle.</summary>
    private const int SpinsPerEvent = 3_000;

    private const int Writers = 8;

    public static async Task<int> Main(string[] args)
    {
        IStorageEngine engine = args is [_, "sqlite", var path]
            ? new SqliteEngine(path, EventStoreContract.Tables)
            : new PostgreSqlEngine(args[2], EventStoreContract.Tables);
        await RunAsync(args[0], engine, TallyListRow.Scripts);
        return 0;
    }

    public static async Task RunAsync(string deed, IStorageEngine engine, SchemaScript[] scripts)
    {
        await using var store = new EventStore("test", engine, [Tally.Inline], TimeProvider.System);
        await store.OpenAsync(scripts, default);
        if (deed == Snap)
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => SnapAsync(store, $"w{writer}")));
        else
            await RebuildAsync(store);
    }

    private static async Task RebuildAsync(EventStore store)
    {
        using var runner = ProjectionRunner.Beside(store, new TallyList { OnApply = _ => Thread.SpinWait(SpinsPerEvent) }, TimeSpan.FromSeconds(1));
        await runner.RunAsync(default);
    }

    private static async Task SnapAsync(EventStore store, string id)
    {
        while (true)
        {
            var version = await store.ExecuteAsync(async unit =>
            {
                var tally = await unit.LoadAsync(Tally.Snapped, id);
                return unit.Decide(() =>
                {
                    tally.Append(tally.State.Add($"{id}/{tally.Version}"));
                    return tally.State.Count;
                });
            });
            Console.WriteLine($"{id} {version.Value}");
        }
    }
}
