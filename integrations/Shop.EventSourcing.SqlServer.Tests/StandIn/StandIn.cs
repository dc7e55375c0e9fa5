using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>
/// Babelfish speaks the protocol and most of the language of SQL Server on top of PostgreSQL. With <c>SHOP_SQLSERVER_STANDIN=1</c>
/// the tests run against it, where there is no SQL Server; what it cannot do is left out, by name and with the reason.
/// </summary>
public static class StandIn
{
    public static bool IsUsed { get; } = Environment.GetEnvironmentVariable("SHOP_SQLSERVER_STANDIN") == "1";

    /// <summary>Tests that the stand-in cannot pass, as class and method or as class, and why.</summary>
    public static IReadOnlyDictionary<string, string> Lacks { get; } = new Dictionary<string, string>
    {
        ["SqlServerEngineTests.A_claim_passes_over_what_another_sweep_has_locked"] = "It takes READPAST and waits all the same.",
        ["EventStoreOnSqlServerTests.Decisions_of_two_processes_on_the_same_streams_make_one_history"] =
            "A commit takes it so long that the other process is always a step ahead, and 20 attempts are not enough.",
        ["HangfireOnSqlServerTests"] = "Hangfire's own script for its tables says ALTER COLUMN … NOT NULL, which it does not know.",
    };

    /// <summary>
    /// It cuts results into packets as SQL Server does not, where Microsoft.Data.SqlClient 7.1.0 loses its place unless it puts packets
    /// together in its other way.
    /// </summary>
#pragma warning disable CA2255 // Before anything has asked for the switch.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void ReadItsPackets()
    {
        if (IsUsed)
            AppContext.SetSwitch("Switch.Microsoft.Data.SqlClient.UseCompatibilityProcessSni", false);
    }

    /// <summary>There, names of indexes are the whole schema's: a copy of a table cannot have one of the same name.</summary>
    internal static SchemaScript Adapt(SchemaScript script) => !IsUsed ? script : script with
    {
        Sql = script.Sql.Replace(
            "CREATE UNIQUE INDEX tally_list_position ON tally_list (position)", "ALTER TABLE tally_list ADD UNIQUE (position)", StringComparison.Ordinal),
    };

    /// <summary>The engine, without the one system procedure that the stand-in has not: it purges nothing.</summary>
    internal static IStorageEngine Open(SqlServerEngine engine) => IsUsed ? Unpurged.Of(engine) : engine;

    /// <summary>It cannot check references between strings of a collation of their own: the accounts have none there.</summary>
    internal static async Task LeaveReferencesOutAsync(TestDatabase accounts)
    {
        foreach (var part in IsUsed ? (string[])["claims", "logins", "tokens"] : [])
            await accounts.ExecuteAsync($"ALTER TABLE account_{part} DROP CONSTRAINT account_{part}_account");
    }

    /// <summary>It waits for connections that are just ending, and has no way to end them.</summary>
    public static async Task DropAsync(string server, string database)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await TestDatabase.RunAsync(server, $"DROP DATABASE {database}");
                return;
            }
            catch (SqlException)
            {
                // A test that failed may have left something running: the next ones do not mind a database more.
                if (attempt == 10)
                    return;
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Public, or it could not be derived from.</summary>
    public class Unpurged : DispatchProxy
    {
        private IStorageEngine engine = null!;

        internal static IStorageEngine Of(IStorageEngine engine)
        {
            var proxy = Create<IStorageEngine, Unpurged>();
            ((Unpurged)proxy).engine = engine;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStorageEngine.PurgeAsync))
                return Task.FromResult(true);
            try
            {
                return targetMethod.Invoke(engine, args);
            }
            catch (TargetInvocationException thrown)
            {
                ExceptionDispatchInfo.Throw(thrown.InnerException!);
                throw;
            }
        }
    }
}
