using Shop.EventSourcing.Tests.Store;
using Shop.Host;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>
/// A process to be killed: a deed of the event store's, with a connection string; a job, with three arguments; or
/// <c>Shop.Host migrate</c>, with its arguments.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["migrate", ..])
            return await CommandLine.RunAsync(args);
        if (args.Length > 2)
            return await Shop.Jobs.Tests.Program.Main(args);
        await Shop.EventSourcing.Tests.Program.RunAsync(args[0], new SqlServerEngine(args[1], EventStoreContract.Tables), TestDatabase.TallyScripts);
        return 0;
    }
}
