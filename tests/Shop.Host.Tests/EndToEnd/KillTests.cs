using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Orders = 1_000;
    private const int Clients = 16;
    private static readonly string[] Skus = ["KILL-1", "KILL-2", "KILL-3", "KILL-SCARCE"];
    private static readonly string[] MixedCards =
        [Cards.Approved, Cards.Approved, Cards.Approved, Cards.Approved, Cards.Declined, Cards.ErrorAfterCharge, Cards.TimeoutAfterCharge, Cards.CaptureRefused];

    private readonly ConcurrentDictionary<string, Guid> acknowledged = new();
    private readonly ConcurrentQueue<string> refusals = new();
    private int repetitions;

    [Fact]
    public async Task Killing_the_host_twenty_times_loses_and_doubles_nothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SHOP_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given)
            ? given
            : (int)(Stopwatch.GetTimestamp() % int.MaxValue);
        output.WriteLine($"SHOP_SEED={seed}");
        using var folder = new TempFolder();
        var port = Ports.Free();
        using var shop = ShopClient.OperatorOf(HostProcess.UrlOf(port), folder);

        var host = Start(life: 0);
        try
        {
            await host.UntilOpenAsync();
            foreach (var sku in Skus)
                await shop.ListProductAsync(sku, sku == "KILL-SCARCE" ? 20 : 100_000);
            host = await PlaceAndKillAsync(host, Start, shop, seed);
            await UntilAllHaveEndedAsync(shop);
            await CheckOrdersAsync(shop);
            (await host.InterruptAsync()).ShouldBe(0);
        }
        finally
        {
            await host.DisposeAsync();
        }

        var report = await AuditCommand.AuditAsync(folder.Path);
        var text = new StringWriter();
        report.Print(text);
        output.WriteLine(text.ToString());
        report.Violations.ShouldBeEmpty();
        report.Orders.ShouldBe(Orders);

        // Two lives warm up beside the orders, as shipped; in all of them it would be most of what the processors do here.
        HostProcess Start(int life) => HostProcess.Start(
            ["--urls", HostProcess.UrlOf(port), "--data", folder.Path, "--no-seed", .. life % 10 == 1 ? (string[])[] : ["--no-warm-up"]]);
    }

    /// <summary>Each life gets its share of the orders; the kill may come while it still starts, or in the middle of them.</summary>
    private async Task<HostProcess> PlaceAndKillAsync(HostProcess host, Func<int, HostProcess> start, ShopClient shop, int seed)
    {
        var random = new Random(seed);
        var run = Guid.CreateVersion7();
        var next = -1;
        using var released = new SemaphoreSlim(0);
        var clients = Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number < Orders)
            {
                await released.WaitAsync();
                await PlaceUntilAcknowledgedAsync(shop, Order(run, number, seed));
            }
        }).ToArray();

        for (var kill = 0; kill < Kills; kill++)
        {
            released.Release(Orders / Kills);
            var isStarting = kill > 0 && random.Next(4) == 0;
            if (!isStarting)
                await host.UntilOpenAsync();
            var life = isStarting ? random.Next(100, 1_500) : random.Next(50, 2_500);
            await Task.Delay(life);
            var before = acknowledged.Count;
            await host.KillAsync();
            output.WriteLine($"kill {kill + 1}: {life} ms after {(isStarting ? "the start" : "opening")}, {before} orders acknowledged");
            host.Errors.Where(line => line.Length > 0).ToList().ForEach(line => output.WriteLine($"    {line}"));
            await host.DisposeAsync();
            host = start(kill + 1);
        }

        await host.UntilOpenAsync();
        await Task.WhenAll(clients).WaitAsync(Patience.Long);
        return host;
    }

    private static Purchase Order(Guid run, int number, int seed)
    {
        var random = new Random(HashCode.Combine(seed, number));
        return new(Skus[random.Next(Skus.Length)], random.Next(1, 4), MixedCards[random.Next(MixedCards.Length)])
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"{run}-{number}"),
            CustomerId = random.Next(10) == 0 ? null : $"customer-{number % 50}",
            WaitSeconds = random.Next(2) == 0 ? null : 5,
        };
    }

    /// <summary>The same request under the same key, until it is answered with 2xx.</summary>
    private async Task PlaceUntilAcknowledgedAsync(ShopClient shop, Purchase purchase)
    {
        while (true)
        {
            try
            {
                var answer = await shop.PlaceAsync(purchase);
                if (answer.Status is 201 or 202)
                {
                    acknowledged[purchase.Key] = answer.OrderId;
                    return;
                }

                if (answer.Status is not (409 or 503))
                    refusals.Enqueue($"{answer.Status} {answer.Body}");
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
            {
                // Nobody listens, or the host died before it answered.
            }

            Interlocked.Increment(ref repetitions);
            await Task.Delay(50);
        }
    }

    private async Task UntilAllHaveEndedAsync(ShopClient shop)
    {
        var started = Stopwatch.GetTimestamp();
        string[] underWay = ["trying", "confirming", "completing", "cancelling", "compensating", "closing"];
        while (await UnderWayAsync() is var count && count > 0)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience.Long)
                throw new TimeoutException($"{count} orders or sagas have not ended within {Patience.Long.TotalSeconds:0} s.");
            await Task.Delay(200);
        }

        output.WriteLine($"All ended {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the last order was acknowledged; {repetitions} requests were repeated.");

        async Task<int> UnderWayAsync()
        {
            var count = (await shop.OrdersAsync("placed")).Count;
            foreach (var state in underWay)
                count += (await shop.GetAsync($"/sagas?state={state}")).ShouldBe(200)["items"].GetArrayLength();
            return count;
        }
    }

    private async Task CheckOrdersAsync(ShopClient shop)
    {
        refusals.ShouldBeEmpty();
        acknowledged.Count.ShouldBe(Orders);
        acknowledged.Values.Distinct().Count().ShouldBe(Orders);
        // The list follows the log a moment behind.
        var orders = await ShopClient.UntilAsync(() => shop.OrdersAsync(), orders => orders.Count >= Orders, "the list shows every order");
        orders.Select(order => order.GetProperty("orderId").GetGuid()).Order().ShouldBe(acknowledged.Values.Order());
        output.WriteLine(string.Join(", ", orders.GroupBy(order => order.GetProperty("status").GetString()).Select(group => $"{group.Key}: {group.Count()}")));
    }
}
