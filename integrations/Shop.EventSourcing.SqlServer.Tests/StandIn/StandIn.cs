using Microsoft.Data.SqlClient;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>
/// Babelfish speaks the protocol and most of the language of SQL Server on top of PostgreSQL. With <c>SHOP_SQLSERVER_STANDIN=1</c>
/// the tests run against it, where there is no SQL Server; what it cannot do is left out, by name and with the reason.
/// </summary>
internal static class StandIn
{
    public static bool IsUsed { get; } = Environment.GetEnvironmentVariable("SHOP_SQLSERVER_STANDIN") == "1";

    /// <summary>Tests that the stand-in cannot pass, as class and method, and why.</summary>
    public static IReadOnlyDictionary<string, string> Lacks { get; } = new Dictionary<string, string>();

    /// <summary>Gives it what a system procedure of SQL Server would do: nothing that a test could see.</summary>
    public static Task PrepareAsync(TestDatabase database) =>
        database.ExecuteAsync("CREATE PROCEDURE sp_clean_db_free_space @name nvarchar(128) AS RETURN 0");

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
            catch (SqlException) when (attempt < 10)
            {
                await Task.Delay(100);
            }
        }
    }
}
