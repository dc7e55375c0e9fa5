using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>A process that builds a read model anew until it is killed; its argument is a connection string.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        await Shop.EventSourcing.Tests.Program.RebuildAsync(new SqlServerEngine(args[0], EventStoreContract.Tables), TestDatabase.TallyScripts);
        return 0;
    }
}
