using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.Host.Tests.EndToEnd;
using Shop.ServiceDefaults.Databases;
using Shop.Storefront.Accounts;
using Shop.TestServers;

namespace Shop.Host.Tests.Security;

public sealed class AccountsHealthTests
{
    [Fact]
    public async Task Who_cannot_sign_anybody_in_is_unhealthy_until_the_database_is_back()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        var database = await OpenAsync(("Shop:Store", "PostgreSql"), ("ConnectionStrings:accounts", await server.CreateDatabaseAsync("shop_accounts")));
        (await AskAsync(database)).Status.ShouldBe(HealthStatus.Healthy);

        await server.KillAsync();
        var away = await AskAsync(database);

        away.Status.ShouldBe(HealthStatus.Unhealthy);
        away.Description.ShouldNotBeNull().ShouldContain("nobody can sign in");
        await server.RestartAsync();
        await ShopClient.UntilAsync(async () => (await AskAsync(database)).Status == HealthStatus.Healthy, "it is healthy again");
        NpgsqlConnection.ClearAllPools();
    }

    [Fact]
    public async Task A_database_that_says_nothing_is_not_waited_for()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var network = new FaultProxy(server.Port);
        var connectionString = server.Through(await server.CreateDatabaseAsync("shop_accounts"), network.Port) + ";Timeout=0;Command Timeout=0";
        var database = await OpenAsync(("Shop:Store", "PostgreSql"), ("ConnectionStrings:accounts", connectionString));
        (await AskAsync(database)).Status.ShouldBe(HealthStatus.Healthy);

        network.Stall();

        (await AskAsync(database).WaitAsync(Patience.Long)).Status.ShouldBe(HealthStatus.Unhealthy);
        NpgsqlConnection.ClearAllPools();
    }

    [Fact]
    public async Task A_file_that_was_lost_is_not_taken_for_one_without_accounts()
    {
        using var folder = new TempFolder();
        var database = await OpenAsync(("Shop:Store", "Sqlite"), ("Shop:Data", folder.Path));
        (await AskAsync(database)).Status.ShouldBe(HealthStatus.Healthy);

        await using (var connection = (SqliteConnection)database.Connect())
            SqliteConnection.ClearPool(connection);
        foreach (var file in Directory.GetFiles(folder.Path, "accounts.db*"))
            File.Delete(file);

        (await AskAsync(database)).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    private static async Task<PlainDatabase> OpenAsync(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build();
        var database = AccountsDatabase.Of(configuration, environment: null);
        await AccountsDatabase.OpenAsync(database, _ => Task.CompletedTask, TimeProvider.System, NullLogger.Instance, default);
        return database;
    }

    private static Task<HealthCheckResult> AskAsync(PlainDatabase database) => new AccountsHealthCheck(database, new()).CheckHealthAsync(new());
}
