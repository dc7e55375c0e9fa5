using System.Globalization;
using Microsoft.Data.SqlClient;
using Shop.Host;
using Shop.Host.Tests.EndToEnd;
using Shop.Host.Tests.Migration;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.EventSourcing.SqlServer.Tests.Host;

/// <summary><c>Shop.Host migrate --to sqlserver</c> is killed, and run again.</summary>
[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class KilledMigrationTests(ITestOutputHelper output)
{
    private const int Kills = 3;
    private const int Streams = 10_000;
    private const int Events = Streams * MovedStores.EventsEach;
    private const int Accounts = 2_500;

    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Killed_in_the_middle_again_and_again_it_goes_on_and_loses_nothing()
    {
        await using var databases = await SqlServerDatabases.CreateAsync();
        using var folder = new TempFolder();
        await MovedStores.FillAsync(folder.Path, Streams);
        await AccountRows.FillAsync(folder.Path, Accounts);

        var random = new Random(Kills);
        var reached = 0L;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var host = await StartAsync(databases, folder);
            await host.UntilAsync(async () => await HeadAsync(databases) >= Events * kill / Kills, "a move", MostTime);
            // In a batch of events; the last one in a later table.
            await Task.Delay(random.Next(500));
            await host.KillAsync();
            var head = await HeadAsync(databases);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill}: at {head} of {Events} events"));
            head.ShouldBeGreaterThanOrEqualTo(reached);
            (await databases["order"].CountAsync("SELECT (SELECT COUNT_BIG(*) FROM events) - (SELECT position FROM log_head)")).ShouldBe(0);
            reached = head;
        }

        var text = await MigrateAsync(databases, folder);
        output.WriteLine(text);
        text.ShouldContain("moved before");
        await MovedStores.ShouldBeEqualAsync(folder.Path, definition => Stores.Open(Stores.SqlServer, "", databases.Configuration, definition));
        (await AccountRows.ReadAsync(databases.ConnectToAccounts)).ShouldBe(await AccountRows.OfFolderAsync(folder.Path));

        // Killed before it could note in the folder that it was done.
        File.Delete(folder.Under("MOVED"));
        var again = await MigrateAsync(databases, folder);
        again.ShouldContain("order: was moved before, up to position 40,000; nothing to do.");
        again.ShouldContain("accounts: were moved before; nothing to do.");
    }

    private static Task<ChildProcess> StartAsync(SqlServerDatabases databases, TempFolder folder) => ChildProcess.StartAsync(
        new("dotnet", ["exec", typeof(Program).Assembly.Location, "migrate", "--from", "sqlite", "--to", "sqlserver", "--data", folder.Path], folder.Under("migrate.log"))
        {
            Environment = databases.Settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value),
        });

    private static async Task<string> MigrateAsync(SqlServerDatabases databases, TempFolder folder)
    {
        File.Delete(folder.Under("migrate.log"));
        await using var host = await StartAsync(databases, folder);
        var exitCode = await host.WaitForExitAsync(MostTime);
        var text = await File.ReadAllTextAsync(folder.Under("migrate.log"));
        exitCode.ShouldBe(0, text);
        return text;
    }

    /// <summary>0 while there is no store; the one who makes it ends all other connections.</summary>
    private static async Task<long> HeadAsync(SqlServerDatabases databases)
    {
        try
        {
            return await databases["order"].CountAsync("SELECT position FROM log_head");
        }
        catch (SqlException)
        {
            return 0;
        }
    }
}
