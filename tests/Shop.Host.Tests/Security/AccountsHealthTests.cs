using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Shop.Host.Tests.EndToEnd;
using Shop.Storefront.Accounts;
using Shop.TestServers;

namespace Shop.Host.Tests.Security;

public sealed class AccountsHealthTests
{
    [Fact]
    public async Task Who_cannot_sign_anybody_in_is_unhealthy_until_the_database_is_back()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        var settings = new Dictionary<string, string?> { ["Shop:Store"] = "PostgreSql", ["ConnectionStrings:accounts"] = await server.CreateDatabaseAsync("shop_accounts") };
        var health = new AccountsHealthCheck(AccountsDatabase.Of(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), environment: null));
        (await AskAsync()).Status.ShouldBe(HealthStatus.Healthy);

        await server.KillAsync();
        var away = await AskAsync();

        away.Status.ShouldBe(HealthStatus.Unhealthy);
        away.Description.ShouldNotBeNull().ShouldContain("nobody can sign in");
        await server.RestartAsync();
        await ShopClient.UntilAsync(async () => (await AskAsync()).Status == HealthStatus.Healthy, "it is healthy again");
        NpgsqlConnection.ClearAllPools();

        Task<HealthCheckResult> AskAsync() => health.CheckHealthAsync(new());
    }
}
