using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>A process to be killed: with two arguments, a deed and a connection string, it does one of the event store's; with three it runs a job.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args.Length > 2)
            return await Shop.Jobs.Tests.Program.Main(args);
        await Shop.EventSourcing.Tests.Program.RunAsync(args[0], new SqlServerEngine(args[1], EventStoreContract.Tables), TestDatabase.TallyScripts);
        return 0;
    }
}
