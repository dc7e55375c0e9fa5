using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Shop.TestServers;

namespace Shop.Containers.Tests;

/// <summary>What can be known of SQL Server's databases without the server.</summary>
public sealed class SqlServerDatabasesTests
{
    [Fact]
    public void A_database_is_created_in_SQL_Servers_own_language()
    {
        foreach (var batch in SqlServerDatabases.CreationScript("shop_order", "0123456789ab"))
        {
            using var reader = new StringReader(batch);
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors).ShouldNotBeNull();
            errors.Select(error => $"{batch}: {error.Message}").ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_proxy_changes_nothing_but_the_port()
    {
        const string straight = "Server=tcp:127.0.0.1,1433;Database=shop_order;User ID=shop_order;Password=secret;TrustServerCertificate=True";

        var through = SqlServerDatabases.Through(straight, 15001);

        through.ShouldBe(new SqlConnectionStringBuilder(straight) { DataSource = "tcp:127.0.0.1,15001" }.ConnectionString);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_not_open() => (await new SqlServerDatabases(Ports.Free(), "secret").IsOpenAsync()).ShouldBeFalse();
}
