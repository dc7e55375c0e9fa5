using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests;

/// <summary>A process that builds a read model anew until it is killed: <c>sqlite FILE</c> or <c>postgresql CONNECTION-STRING</c>.</summary>
public static class Program
{
    /// <summary>So that building takes long enough to be killed in the middle.</summary>
    private const int SpinsPerEvent = 3_000;

    public static async Task<int> Main(string[] args)
    {
        IStorageEngine engine = args is ["sqlite", var path]
            ? new SqliteEngine(path, EventStoreContract.Tables)
            : new PostgreSqlEngine(args[1], EventStoreContract.Tables);
        await RebuildAsync(engine, TallyListRow.Scripts);
        return 0;
    }

    public static async Task RebuildAsync(IStorageEngine engine, SchemaScript[] scripts)
    {
        await using var store = new EventStore("test", engine, [Tally.Inline], TimeProvider.System);
        await store.OpenAsync(scripts, default);
        using var runner = ProjectionRunner.Beside(store, new TallyList { OnApply = _ => Thread.SpinWait(SpinsPerEvent) }, TimeSpan.FromSeconds(1));
        await runner.RunAsync(default);
    }
}
