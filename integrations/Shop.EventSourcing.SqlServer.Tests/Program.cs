using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>A process to be killed: it builds a read model anew, and its argument is a connection string; or it runs a job, with three arguments.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args.Length > 1)
            return await Shop.Jobs.Tests.Program.Main(args);
        await Shop.EventSourcing.Tests.Program.RebuildAsync(new SqlServerEngine(args[0], EventStoreContract.Tables), TestDatabase.TallyScripts);
        return 0;
    }
}
