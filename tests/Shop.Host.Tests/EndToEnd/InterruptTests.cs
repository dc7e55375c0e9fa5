using System.Diagnostics;
using System.Globalization;
using System.Text;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class InterruptTests(ITestOutputHelper output)
{
    /// <summary>However slow the machine, no order ends before all are placed.</summary>
    private static readonly Dictionary<string, string> SlowProvider = new()
    {
        ["Sandbox__SlowSeconds"] = "100",
        ["Payments__Gateway__TimeoutSeconds"] = "100",
        ["OrderSaga__TryDeadlineSeconds"] = "200",
        ["OrderSaga__LeaseSeconds"] = "300",
    };

    /// <summary>However long the shop stays closed, no order's time to be reserved and authorized runs out meanwhile.</summary>
    private static readonly Dictionary<string, string> PatientSaga = new()
    {
        ["OrderSaga__TryDeadlineSeconds"] = "600",
        ["OrderSaga__LeaseSeconds"] = "900",
    };

    [Fact]
    public async Task Ctrl_C_stops_a_busy_shop_within_ten_seconds_and_answers_those_who_wait()
    {
        using var folder = new TempFolder();
        var url = HostProcess.UrlOf(Ports.Free());
        await using var host = HostProcess.Start(SlowProvider, "--urls", url, "--data", folder.Path);
        await host.UntilOpenAsync();
        using var shop = ShopClient.OperatorOf(url, folder);
        var waiting = Enumerable.Range(0, 20).Select(_ => shop.PlaceAsync(new("SOAP-OAT-01", 1, Cards.Slow) { WaitSeconds = 60 })).ToArray();
        await ShopClient.UntilAsync(async () => (await shop.OrdersAsync("placed")).Count == waiting.Length, "all orders are placed");

        var started = Stopwatch.GetTimestamp();
        var exitCode = await host.InterruptAsync();

        output.WriteLine($"Stopped in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: {string.Join('\n', host.Errors)}");
        // After ten seconds it would have been ended, with another code.
        exitCode.ShouldBe(0);
        host.Output[^1].ShouldStartWith("Stopped.");
        host.Errors.ShouldBeEmpty();
        (await Task.WhenAll(waiting)).ShouldAllBe(answer => answer.Status == 202);
    }

    [Fact]
    public async Task SIGTERM_under_load_sets_nothing_aside_and_the_next_start_ends_every_order()
    {
        const int clients = 16;
        using var folder = new TempFolder();
        var url = HostProcess.UrlOf(Ports.Free());
        string[] arguments = ["--urls", url, "--data", folder.Path, "--no-seed", "--no-warm-up"];
        var acknowledged = 0;
        await using (var host = HostProcess.Start(PatientSaga, arguments))
        {
            await host.UntilOpenAsync();
            using var shop = ShopClient.OperatorOf(url, folder);
            await shop.ListProductAsync("TERM", 1_000_000);
            var buying = Enumerable.Range(0, clients).Select(_ => BuyUntilClosedAsync(shop)).ToArray();
            await ShopClient.UntilAsync(() => Task.FromResult(Volatile.Read(ref acknowledged) > 300), "orders come in");

            var started = Stopwatch.GetTimestamp();
            (await host.TerminateAsync()).ShouldBe(0);
            output.WriteLine($"Stopped in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
            host.Errors.ShouldBeEmpty();
            await Task.WhenAll(buying);
        }

        await using (var host = HostProcess.Start(PatientSaga, arguments))
        {
            await host.UntilOpenAsync();
            using var shop = ShopClient.OperatorOf(url, folder);
            await ShopClient.UntilAsync(async () => (await shop.OrdersAsync()).Count >= acknowledged && (await shop.OrdersAsync("placed")).Count == 0, "every order has ended");
            (await shop.OrdersAsync()).ShouldAllBe(order => order.GetProperty("status").GetString() == "confirmed");
            (await shop.GetAsync("/messages/parked")).Body.ShouldBe("[]");
            (await host.TerminateAsync()).ShouldBe(0);
        }

        (await AuditCommand.AuditAsync(folder.Path)).Violations.ShouldBeEmpty();

        async Task BuyUntilClosedAsync(ShopClient shop)
        {
            while (true)
            {
                try
                {
                    if ((await shop.PlaceAsync(new("TERM") { WaitSeconds = null })).Status != 202)
                        return;
                    Interlocked.Increment(ref acknowledged);
                }
                catch (Exception error) when (error is HttpRequestException or IOException)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task An_interrupted_replay_goes_on_when_it_runs_again()
    {
        const int invoices = 600;
        using var folder = new TempFolder();
        var file = folder.Under("orders.csv");
        var lines = new StringBuilder("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n");
        for (var invoice = 1; invoice <= invoices; invoice++)
            lines.Append(CultureInfo.InvariantCulture, $"{invoice},A{invoice % 7},NAME,1,2010-12-01 08:26:00,1.5,,UK\n");
        await File.WriteAllTextAsync(file, lines.ToString());
        string[] arguments = ["replay", file, "--data", folder.Under("data")];

        await using (var replay = HostProcess.Start(PatientSaga, arguments))
        {
            await ShopClient.UntilAsync(
                () => Task.FromResult(replay.Output.Any(line => line.Contains("orders have ended", StringComparison.Ordinal))), "some orders have ended");
            (await replay.InterruptAsync()).ShouldBe(130, string.Join('\n', replay.Output));
            replay.Errors.ShouldHaveSingleItem().ShouldStartWith("Stopped before it was done.");
        }

        var (exitCode, text, _) = await HostProcess.RunAsync(PatientSaga, arguments);
        output.WriteLine(text);
        exitCode.ShouldBe(0);
        text.ShouldContain($"confirmed: {invoices}");
        text.ShouldNotContain("(0 placed now");
        text.ShouldNotContain(", 0 known from before");
        text.ShouldContain("Captured: GBP 900.00");
        text.ShouldContain("Audit clean");
    }
}
