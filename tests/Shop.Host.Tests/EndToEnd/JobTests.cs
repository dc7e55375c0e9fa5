using System.Globalization;
using Microsoft.Data.Sqlite;
using Shop.Tests;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The jobs of the whole shop do what they are for when an operator asks for them.</summary>
public sealed class JobTests
{
    private static readonly string[] Stores = ["inventory", "order", "payment", "saga"];

    [Fact]
    public async Task All_jobs_are_listed_with_when_they_run_next()
    {
        await using var shop = await RunningShop.StartAsync();

        var jobs = (await shop.Client.GetAsync("/jobs")).ShouldBe(200).Json.EnumerateArray().ToDictionary(job => job.GetProperty("name").GetString()!);

        jobs.Keys.ShouldBe(
            [.. Stores.SelectMany(store => (string[])[$"{store}-cleanup", $"{store}-archive", $"{store}-heads"]), "inventory-snapshots",
                "expiry-sweep", "saga-watchdog", "payment-reconciliation", "audit"],
            ignoreOrder: true);
        jobs.Values.ShouldAllBe(job => job.GetProperty("nextRunAt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddMinutes(-1));
        jobs["audit"].GetProperty("schedule").GetString().ShouldBe("0 0 4 * * ?");
        jobs["inventory-cleanup"].GetProperty("schedule").GetString().ShouldBe("01:00:00");
    }

    [Fact]
    public async Task The_audit_passes_beside_orders_and_finds_a_row_that_was_changed()
    {
        await using var shop = await RunningShop.StartAsync();
        using var operators = OperatorOf(shop);
        await BuyAsync(shop, 12);

        var clean = await operators.RunJobAsync("audit");
        Change(shop, "payment", "UPDATE payments SET reason = 'changed' WHERE order_id = (SELECT min(order_id) FROM payments)");
        var dirty = await operators.RunJobAsync("audit");

        clean.ShouldHaveSucceeded();
        clean.Summary.ShouldStartWith("12 orders, ");
        dirty.Outcome.ShouldBe("failed", dirty.ToString());
        dirty.Error.ShouldBe("1 violations of the shop's promises.");
        dirty.Lines.ShouldContain(line => line.Contains("payments", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heads_are_signed_for_every_store_and_a_changed_event_is_found()
    {
        await using var shop = await RunningShop.StartAsync();
        using var operators = OperatorOf(shop);
        await BuyAsync(shop, 3);
        foreach (var store in Stores)
        {
            var run = await operators.RunJobAsync($"{store}-heads");
            run.ShouldHaveSucceeded();
            run.Summary.ShouldContain("0 findings");
            run.Lines.ShouldContain(line => line.StartsWith("Head: ", StringComparison.Ordinal));
            File.Exists(Path.Combine(shop.Application.Data, "proof", $"{store}.head.json")).ShouldBeTrue();
        }

        await BuyAsync(shop, 3);
        (await operators.RunJobAsync("order-heads")).ShouldSatisfyAllConditions(
            run => run.ShouldHaveSucceeded(), run => run.Summary.ShouldNotContain("from position 1 on", customMessage: "It goes on where the last run left off."));
        await BuyAsync(shop, 3);
        await SealedAsync(shop, "order");
        Change(shop, "order", "UPDATE events SET data = replace(data, '}', ' }') WHERE position = (SELECT max(position) FROM events)");

        var found = await operators.RunJobAsync("order-heads");

        found.Outcome.ShouldBe("failed", found.ToString());
        found.Error.ShouldStartWith("1 findings");
        found.Lines.ShouldContain(line => line.StartsWith("edited at position ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Old_inbox_entries_go_and_ended_streams_move_to_the_archive()
    {
        using var archive = new TempFolder();
        await using var shop = await RunningShop.StartAsync(
            ("Shop:Jobs:InboxDays", "0.0000001"), ("Shop:Jobs:ArchiveAfterDays", "0.0000001"), ("Shop:Archive:Path", archive.Path));
        using var operators = OperatorOf(shop);
        await BuyAsync(shop, 6);
        await Quiet.WaitAsync(shop.Application.Services);
        Count(shop, "saga", "inbox").ShouldBeGreaterThan(0);

        var cleaned = await operators.RunJobAsync("saga-cleanup");
        var archived = await operators.RunJobAsync("saga-archive");

        cleaned.ShouldHaveSucceeded();
        cleaned.Summary.ShouldNotStartWith("0 ");
        Count(shop, "saga", "inbox").ShouldBe(0);
        archived.ShouldHaveSucceeded();
        archived.Summary.ShouldContain("of 6 streams moved to 1 segments");
        Count(shop, "saga", "segments").ShouldBe(1);
        foreach (var store in Stores.Except(["saga"]))
        {
            (await operators.RunJobAsync($"{store}-cleanup")).ShouldHaveSucceeded();
            (await operators.RunJobAsync($"{store}-archive")).ShouldHaveSucceeded();
        }
    }

    [Fact]
    public async Task Snapshots_are_compared_with_their_events()
    {
        await using var shop = await RunningShop.StartAsync();
        using var operators = OperatorOf(shop);
        await shop.Client.ListProductAsync("SNAP-1", units: 1_000);
        for (var delivery = 0; delivery < 110; delivery++)
            (await shop.Client.PostAsync("/stock/SNAP-1/receive", new { quantity = 1, reference = $"delivery {delivery}", reason = "for the test" })).Status.ShouldBeInRange(200, 299);
        Count(shop, "inventory", "snapshots").ShouldBe(1);

        var right = await operators.RunJobAsync("inventory-snapshots");
        Change(shop, "inventory", "UPDATE snapshots SET state = replace(state, '1', '2')");
        var wrong = await operators.RunJobAsync("inventory-snapshots");

        right.ShouldHaveSucceeded();
        right.Summary.ShouldBe("1 kinds of snapshots compared with their events, 0 wrong");
        wrong.Outcome.ShouldBe("failed", wrong.ToString());
        wrong.Lines.ShouldContain(line => line.Contains("The snapshot of stock-SNAP-1", StringComparison.Ordinal));
    }

    private static HttpClient OperatorOf(RunningShop shop) =>
        new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(shop.Application.Url), Timeout = Patience.Long }.SignIn(shop.Application.Services.OperatorToken());

    private static async Task BuyAsync(RunningShop shop, int orders)
    {
        var sku = $"JOB-{Guid.CreateVersion7():N}";
        await shop.Client.ListProductAsync(sku, units: 100);
        for (var order = 0; order < orders; order++)
            (await shop.Client.PlaceAsync(new Purchase(sku) { Card = order % 3 == 2 ? Cards.Declined : Cards.Approved })).ShouldBe(201);
    }

    private static async Task SealedAsync(RunningShop shop, string store)
    {
        await Quiet.WaitAsync(shop.Application.Services);
        for (var started = TimeProvider.System.GetTimestamp(); Number(shop, store, "SELECT (SELECT max(position) FROM events) - (SELECT max(last_position) FROM seals)") > 0; await Task.Delay(50))
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Patience.Long);
    }

    private static long Count(RunningShop shop, string store, string table) => Number(shop, store, $"SELECT count(*) FROM {table}");

    private static long Number(RunningShop shop, string store, string sql)
    {
        using var connection = Open(shop, store);
        using var command = new SqliteCommand(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>What nobody should do to a store.</summary>
    private static void Change(RunningShop shop, string store, string sql)
    {
        using var connection = Open(shop, store);
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery().ShouldBeGreaterThan(0);
    }

    private static SqliteConnection Open(RunningShop shop, string store)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(shop.Application.Data, store)}.db;Pooling=False");
        connection.Open();
        return connection;
    }
}
