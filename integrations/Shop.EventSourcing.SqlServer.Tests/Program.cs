using Shop.EventSourcing.Tests.Store;
using Shop.Host;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>
/// A process to be killed: it builds a read model anew, and its argument is a connection string; it runs a job, with three arguments;
/// or it is <c>Shop.Host migrate</c>, with its arguments.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["migrate", ..])
            return await CommandLine.RunAsync(args);
        if (args.Length > 1)
            return await Shop.Jobs.Tests.Program.Main(args);
        await Shop.EventSourcing.Tests.Program.RebuildAsync(new SqlServerEngine(args[0], EventStoreContract.Tables), TestDatabase.TallyScripts);
        return 0;
    }
}
