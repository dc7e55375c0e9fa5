using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>The script that makes the databases and logins of a deployment, <c>deploy/sqlserver/databases.sql</c>.</summary>
[Collection(SqlServerCollection.Name)]
public sealed partial class DeploymentTests
{
    private const string Password = "A-long-pass'word-1";

    private static readonly string[] Stores = ["order", "inventory", "payment", "saga", "accounts"];

    [Fact]
    public void The_script_parses_and_has_every_store()
    {
        SqlSyntaxTests.ShouldParse(Script("shop_"));
        PasswordVariable().Matches(Script()).Select(match => match.Groups[1].Value).ShouldBe(Stores.Select(store => store.ToUpperInvariant()));
    }

    [Fact]
    [Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
    public async Task The_script_makes_databases_that_their_logins_own_and_may_run_again()
    {
        var prefix = $"t{Guid.CreateVersion7():N}_";
        var server = TestDatabase.Server();
        try
        {
            await RunAsync(server, Script(prefix));
            await RunAsync(server, Script(prefix));

            foreach (var store in Stores)
            {
                var own = new SqlConnectionStringBuilder(server) { InitialCatalog = prefix + store, UserID = prefix + store, Password = Password };
                await using var engine = new SqlServerEngine(own.ConnectionString, []);
                await engine.InitializeAsync([], default);
            }

            await Should.ThrowAsync<SqlException>(() => TestDatabase.RunAsync(
                new SqlConnectionStringBuilder(server) { InitialCatalog = prefix + "order", UserID = prefix + "saga", Password = Password }.ConnectionString, "SELECT 1"));
        }
        finally
        {
            SqlConnection.ClearAllPools();
            foreach (var store in Stores)
            {
                await TestDatabase.DropAsync(server, prefix + store);
                await TestDatabase.RunAsync(server, $"IF SUSER_ID('{prefix}{store}') IS NOT NULL DROP LOGIN {prefix}{store}");
            }
        }
    }

    private static async Task RunAsync(string server, string script)
    {
        // One session: the procedure is a temporary one.
        await using var connection = new SqlConnection(server);
        await connection.OpenAsync();
        foreach (var batch in SqlServerSchema.Batches(script))
            await TestDatabase.RunAsync(connection, batch);
    }

    /// <summary>As sqlcmd sends it: with the passwords of its environment, without its own commands.</summary>
    private static string Script(string prefix) => PasswordVariable().Replace(Script(), Password.Replace("'", "''", StringComparison.Ordinal))
        .Replace(":on error exit", "", StringComparison.Ordinal).Replace("shop_", prefix, StringComparison.Ordinal);

    private static string Script()
    {
        using var reader = new StreamReader(typeof(DeploymentTests).Assembly.GetManifestResourceStream("databases.sql")!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\$\(SHOP_(\w+)_DB_PASSWORD\)")]
    private static partial Regex PasswordVariable();
}
