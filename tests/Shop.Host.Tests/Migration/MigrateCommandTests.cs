using System.Globalization;
using Microsoft.Extensions.Configuration;
using Shop.Host.Tests.EndToEnd;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Migration;

public sealed class MigrateCommandTests(ITestOutputHelper output)
{
    private const int Streams = 15_000;
    private const int Events = Streams * MovedStores.EventsEach;
    private const int Accounts = 20_000;

    /// <summary>Three kills; <c>SHOP_MIGRATE_KILLS</c> asks for more.</summary>
    [Fact]
    public async Task Killed_in_the_middle_again_and_again_it_goes_on_and_loses_nothing()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("SHOP_MIGRATE_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 3;
        using var folder = new TempFolder();
        await MovedStores.FillAsync(folder.Path, Streams);
        await AccountRows.FillAsync(folder.Path, Accounts);
        await using var databases = await TargetDatabases.StartAsync();

        var random = new Random(kills);
        var whileEventsMove = kills * 3 / 4;
        var reached = 0L;
        for (var kill = 1; kill <= kills; kill++)
        {
            var until = Math.Min(Events, (long)Events * kill / (whileEventsMove + 1));
            await using var host = HostProcess.Start(databases.Environment, "migrate", "--from", "sqlite", "--to", "postgres", "--data", folder.Path);
            while (await databases.NumberAsync("order", "SELECT position FROM log_head") < until)
                await Task.Delay(2);
            // In a batch of events or between two; the last ones at the start, in a later table, in the comparison, or after the end.
            await Task.Delay(random.Next(kill <= whileEventsMove ? 10 : 1_500));
            await host.KillAsync();
            var head = await databases.NumberAsync("order", "SELECT position FROM log_head");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill}: at {head} of {Events} events"));
            head.ShouldBeGreaterThanOrEqualTo(reached);
            (await databases.NumberAsync("order", "SELECT count(*) FROM events")).ShouldBe(head);
            reached = head;
            (await databases.NumberAsync("accounts", "SELECT count(*) FROM accounts")).ShouldBeOneOf(0, Accounts);
        }

        var (exitCode, text) = await MigrateAsync(databases, folder.Path);
        output.WriteLine(text);
        exitCode.ShouldBe(0);
        text.ShouldContain("moved before");
        await MovedStores.ShouldBeEqualAsync(folder.Path, databases.Open);
        (await AccountRows.OfAsync(databases)).ShouldBe(await AccountRows.OfFolderAsync(folder.Path));

        // Killed before it could note in the folder that it was done.
        File.Delete(folder.Under("MOVED"));
        var again = (await MigrateAsync(databases, folder.Path)).Text;
        again.ShouldContain("order: was moved before, up to position 60,000; nothing to do.");
        again.ShouldContain("accounts: were moved before; nothing to do.");
    }

    [Fact]
    public async Task After_the_move_the_old_folder_is_not_opened_by_mistake()
    {
        using var folder = new TempFolder();
        await MovedStores.FillAsync(folder.Path, 10);
        await using var databases = await TargetDatabases.StartAsync();
        (await MigrateAsync(databases, folder.Path)).ExitCode.ShouldBe(0);

        var (exitCode, _, errors) = await HostProcess.RunAsync("--urls", HostProcess.UrlOf(Ports.Free()), "--data", folder.Path);

        exitCode.ShouldBe(2);
        errors.ShouldHaveSingleItem().ShouldContain("were moved elsewhere: to postgres");
    }

    [Fact]
    public async Task A_running_shop_is_not_moved()
    {
        await using var shop = await RunningShop.StartAsync();

        (await Should.ThrowAsync<StartException>(() => RunAsync(new Dictionary<string, string>(), shop.Application.Data))).Message.ShouldContain("Another shop runs on");
    }

    [Theory]
    [InlineData("mysql", "postgres", "not --from mysql")]
    [InlineData("sqlite", "sqlite", "not --from sqlite --to sqlite")]
    [InlineData("sqlite", "sqlserver", "dotnet add Shop.Host reference integrations/Shop.EventSourcing.SqlServer")]
    public async Task Only_what_can_be_moved_is_moved(string from, string to, string message)
    {
        var (exitCode, _, errors) = await HostProcess.RunAsync("migrate", "--from", from, "--to", to);

        exitCode.ShouldBe(2);
        errors.ShouldHaveSingleItem().ShouldContain(message);
    }

    [Fact]
    public async Task Databases_to_which_nothing_was_moved_are_not_audited()
    {
        using var folder = new TempFolder();
        await using var databases = await TargetDatabases.StartAsync();

        var refusal = await Should.ThrowAsync<StartException>(() => AuditCommand.RunAsync(folder.Path, Stores.PostgreSql, withoutProvider: false, databases.Configuration, TextWriter.Null, default));

        refusal.Message.ShouldStartWith("Store order cannot be read");
        refusal.Message.ShouldContain("moved to it with migrate");
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        using var folder = new TempFolder();
        await MovedStores.FillAsync(folder.Path, 1);

        (await Should.ThrowAsync<StartException>(() => RunAsync(new Dictionary<string, string>(), folder.Path))).Message.ShouldContain("ConnectionStrings__order is not set");
        (await Should.ThrowAsync<StartException>(() => RunAsync(new Dictionary<string, string>(), folder.Under("nowhere")))).Message.ShouldContain("does not exist");
        var nobody = $"Host=127.0.0.1;Port={Ports.Free()};Database=shop_order;Username=shop_order;Timeout=5";
        (await Should.ThrowAsync<StartException>(() => RunAsync(new Dictionary<string, string> { ["ConnectionStrings__order"] = nobody }, folder.Path)))
            .Message.ShouldContain("cannot be used");
    }

    private static Task<int> RunAsync(Dictionary<string, string> environment, string data)
    {
        var settings = environment.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value));
        return MigrateCommand.RunAsync("sqlite", "postgres", data, new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), TextWriter.Null, default);
    }

    private static async Task<(int ExitCode, string Text)> MigrateAsync(TargetDatabases databases, string data)
    {
        await using var host = HostProcess.Start(databases.Environment, "migrate", "--from", "sqlite", "--to", "postgres", "--data", data);
        var exitCode = await host.WaitForExitAsync();
        return (exitCode, string.Join('\n', [.. host.Output, .. host.Errors]));
    }
}
