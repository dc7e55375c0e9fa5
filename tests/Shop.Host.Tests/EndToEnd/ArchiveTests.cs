using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Shop.EventSourcing;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.Ordering;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The archive as a person at a terminal uses it, and what a kill -9 in the middle of it leaves.</summary>
public sealed class ArchiveTests(ITestOutputHelper output)
{
    private const int Orders = 60;
    private static readonly string[] Cards = [EndToEnd.Cards.Approved, EndToEnd.Cards.Approved, EndToEnd.Cards.Declined];

    /// <summary><c>SHOP_KILL_ROUNDS=20</c> asks for the long form.</summary>
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("SHOP_KILL_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    [Fact]
    public async Task Orders_that_ended_move_out_beside_the_running_shop_which_answers_as_before()
    {
        await using var shop = await RunningShop.StartAsync();
        var purchases = await BuyAsync(shop);
        await Quiet.WaitAsync(shop.Application.Services);
        var data = shop.Application.Data;
        var before = await LogsAsync(data);

        var (exitCode, text, errors) = await HostProcess.RunAsync("archive", "--older-than", "0", "--data", data);
        exitCode.ShouldBe(0, string.Join('\n', errors));
        output.WriteLine(text);
        text.Split('\n').Count(line => line.Contains("moved to 1 segments", StringComparison.Ordinal)).ShouldBe(4);

        (await LogsAsync(data)).ShouldBe(before);
        await shop.RestartAsync();
        foreach (var (purchase, answer) in purchases)
        {
            var again = await shop.Client.PlaceAsync(purchase);
            (again.Status, again.Body).ShouldBe((answer.Status, answer.Body), "an idempotency key that is in the archive is a key all the same");
        }

        var confirmed = purchases.First(pair => pair.Answer.Body.Contains("confirmed", StringComparison.Ordinal)).Answer.OrderId;
        (await shop.Client.PostAsync($"/orders/{confirmed}/cancel", new { reason = "late" })).Status.ShouldBeOneOf(200, 202);
        await shop.Client.UntilStatusAsync(confirmed, "cancelled");
        await shop.StopAndAuditAsync();
        (await HostProcess.RunAsync("verify", "--data", data)).ExitCode.ShouldBe(0);
        (await HostProcess.RunAsync("archive", "--restore", "--data", data)).ExitCode.ShouldBe(0);
        (await AuditCommand.AuditAsync(data)).Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Killing_a_run_in_the_middle_loses_and_doubles_nothing()
    {
        await using var shop = await RunningShop.StartAsync();
        await BuyAsync(shop);
        await shop.StopAndAuditAsync();
        var data = shop.Application.Data;
        var before = await LogsAsync(data);

        await KillRepeatedlyAsync(new Dictionary<string, string>(), ["--data", data], Path.Combine(data, "archive"), async () => (await LogsAsync(data)).ShouldBe(before));

        (await HostProcess.RunAsync("archive", "--older-than", "0", "--data", data)).ExitCode.ShouldBe(0);
        (await LogsAsync(data)).ShouldBe(before);
        (await AuditCommand.AuditAsync(data)).Violations.ShouldBeEmpty();
        (await HostProcess.RunAsync("verify", "--data", data)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Killing_a_run_on_PostgreSql_in_the_middle_loses_and_doubles_nothing()
    {
        await using var shop = await RunningShop.StartAsync();
        await BuyAsync(shop);
        await shop.StopAndAuditAsync();
        await using var server = await PostgreSqlServer.StartAsync();
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string>
        {
            ["Shop__Store"] = "PostgreSql",
            ["Shop__Archive__Path"] = folder.Path,
            ["ConnectionStrings__order"] = await server.CreateDatabaseAsync("archived"),
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build();
        await CopyAsync(shop.Application.Data, configuration);
        var key = folder.Under("key.pem");
        await SealAsync(configuration, key);
        var before = await LogAsync(StoreEngines.Create(configuration, OrderingModuleExtensions.Store, null));
        before.Count.ShouldBeGreaterThan(Orders * 3);

        await KillRepeatedlyAsync(settings, ["--store", "order"], folder.Path, async () =>
            (await LogAsync(StoreEngines.Create(configuration, OrderingModuleExtensions.Store, null))).ShouldBe(before));

        await using var last = HostProcess.Start(settings, "archive", "--older-than", "0", "--store", "order");
        (await last.WaitForExitAsync()).ShouldBe(0, string.Join('\n', last.Errors));
        (await LogAsync(StoreEngines.Create(configuration, OrderingModuleExtensions.Store, null))).ShouldBe(before);
        (await LogAsync(Stores.Open(Stores.PostgreSql, folder.Path, configuration, OrderingModuleExtensions.Store))).ShouldBe(before, "the audit reads what was archived, too");
        await using var proof = HostProcess.Start(settings, "verify", "--store", "order", "--key", key);
        (await proof.WaitForExitAsync()).ShouldBe(0, string.Join('\n', [.. proof.Output, .. proof.Errors]));
        output.WriteLine(string.Join('\n', proof.Output));
    }

    private async Task KillRepeatedlyAsync(IReadOnlyDictionary<string, string> settings, string[] arguments, string folder, Func<Task> check)
    {
        var seed = (int)(Stopwatch.GetTimestamp() % int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            string[] what = kill % 3 == 2 ? ["--restore"] : ["--older-than", "0", "--events-per-segment", "15"];
            var files = Files(folder);
            var wanted = random.Next(1, 8);
            await using var host = HostProcess.Start(settings, ["archive", .. what, .. arguments]);
            var exit = host.WaitForExitAsync();
            while (!exit.IsCompleted && Math.Abs(Files(folder) - files) < wanted)
                await Task.Delay(1);
            await Task.Delay(random.Next(10));
            var hasEnded = exit.IsCompleted;
            await host.KillAsync();
            output.WriteLine($"kill {kill + 1}: {string.Join(' ', what)}, {files} files before, {Files(folder)} after{(hasEnded ? ", it had ended" : "")}");
            await check();
        }

        static int Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.segment", SearchOption.AllDirectories).Count() : 0;
    }

    private static async Task<IReadOnlyList<(Purchase Purchase, Answer Answer)>> BuyAsync(RunningShop shop)
    {
        await shop.Client.ListProductAsync("OLD-1", 1_000);
        return await Task.WhenAll(Enumerable.Range(0, Orders).Select(async number =>
        {
            var purchase = new Purchase("OLD-1", 1, Cards[number % Cards.Length]) { Key = $"old-{number}", WaitSeconds = 20 };
            var answer = await shop.Client.PlaceAsync(purchase);
            answer.Status.ShouldBe(201);
            return (purchase, answer);
        }));
    }

    private static async Task<List<string>> LogsAsync(string data)
    {
        var configuration = ShopStores.Configure(data);
        var all = new List<string>();
        foreach (var definition in ShopStores.All)
            all.AddRange(await LogAsync(ShopStores.Open(configuration, definition)));
        return all;
    }

    private static async Task<List<string>> LogAsync(IStorageEngine engine)
    {
        await using var opened = engine;
        var all = new List<string>();
        for (var position = 0L; await opened.ReadLogAsync(position, 500, default) is { Count: > 0 } batch; position = batch[^1].Position)
            all.AddRange(batch.Select(recorded => $"{recorded.Position} {recorded.Stream} {recorded.Version} {Convert.ToHexString(EventDigest.Of(recorded))}"));
        return all;
    }

    private static async Task SealAsync(IConfiguration configuration, string keyFile)
    {
        using var keys = ProofKeys.LoadOrCreate(keyFile);
        var definition = OrderingModuleExtensions.Store;
        await using var store = new EventStore(definition.Name, StoreEngines.Create(configuration, definition, null), definition.InlineProjections, TimeProvider.System);
        await store.OpenAsync(StoreEngines.Scripts(configuration, definition), default);
        await new Sealer(store, keys).CatchUpAsync();
    }

    /// <summary>The order store of an embedded shop, event by event, into PostgreSQL.</summary>
    private static async Task CopyAsync(string data, IConfiguration target)
    {
        await using var from = ShopStores.Open(ShopStores.Configure(data), OrderingModuleExtensions.Store);
        await using var to = StoreEngines.Create(target, OrderingModuleExtensions.Store, null);
        await to.InitializeAsync(StoreEngines.Scripts(target, OrderingModuleExtensions.Store), default);
        for (var position = 0L; await from.ReadLogAsync(position, 200, default) is { Count: > 0 } batch; position = batch[^1].Position)
        {
            var results = await to.CommitAsync([.. batch.Select(recorded => new WriteSet
            {
                Appends = [new(recorded.Stream, recorded.Version - 1, [new(recorded.Id, recorded.Type, recorded.Data, recorded.Metadata, recorded.RecordedAt)])],
            })], default);
            results.ShouldAllBe(result => result.Outcome == WriteOutcome.Committed);
        }
    }
}
