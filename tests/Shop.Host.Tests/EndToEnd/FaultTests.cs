using System.Text.Json;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class FaultTests(ITestOutputHelper output)
{
    private const int Orders = 300;
    private const int Buyers = 32;
    private static readonly string[] MixedCards =
        [Cards.Approved, Cards.Approved, Cards.Approved, Cards.Approved, Cards.TimeoutAfterCharge, Cards.ErrorAfterCharge, Cards.Declined];

    [Fact]
    public async Task With_provider_faults_on_thirty_percent_every_order_ends_and_ledgers_agree()
    {
        const int seed = 20101201;
        output.WriteLine($"seed {seed}");
        await using var shop = await RunningShop.StartAsync(
            ("Sandbox:Faults:Fraction", "0.3"), ("Sandbox:Faults:Kinds:0", "TimeoutAfterCharge"), ("Sandbox:Faults:Kinds:1", "ErrorAfterCharge"),
            ("Sandbox:Faults:Kinds:2", "Slow"), ("Sandbox:Faults:Seed", "20101201"), ("Sandbox:SlowSeconds", "0.3"), ("Payments:Gateway:TimeoutSeconds", "0.5"),
            ("OrderSaga:TryDeadlineSeconds", "300"), ("OrderSaga:LeaseSeconds", "600"));
        await shop.Client.ListProductAsync("FAULTY", 10_000);
        var random = new Random(seed);
        var cards = Enumerable.Range(0, Orders).Select(_ => MixedCards[random.Next(MixedCards.Length)]).ToArray();

        await Parallel.ForEachAsync(cards, new ParallelOptions { MaxDegreeOfParallelism = Buyers }, async (card, _) =>
            (await shop.Client.PlaceAsync(new("FAULTY", 1, card) { WaitSeconds = 60 })).Status.ShouldBeOneOf(201, 202));

        using (var limit = new CancellationTokenSource(Patience.Long))
            await Quiet.WaitAsync(shop.Application.Services, limit.Token);
        var orders = await shop.Client.OrdersAsync();
        var captured = await CapturedMinorAsync(shop.Application.SandboxUrl!);
        output.WriteLine(string.Join(", ", orders.GroupBy(order => order.GetProperty("status").GetString()).Select(group => $"{group.Key}: {group.Count()}")));
        output.WriteLine($"{captured} minor units captured");

        orders.Count.ShouldBe(Orders);
        orders.ShouldAllBe(order => order.GetProperty("status").GetString() != "placed");
        orders.Count(order => order.GetProperty("status").GetString() == "rejected").ShouldBe(cards.Count(card => card == Cards.Declined));
        captured.ShouldBe(orders.Where(order => order.GetProperty("status").GetString() == "confirmed").Sum(order => order.GetProperty("totalMinor").GetInt64()));
        (await shop.StopAndAuditAsync()).Totals.KeptMinor["GBP"].ShouldBe(captured);
    }

    private static async Task<long> CapturedMinorAsync(string sandboxUrl)
    {
        using var provider = new ShopClient(sandboxUrl, token: null);
        var summary = (await provider.GetAsync("/sandbox/ledger/summary")).ShouldBe(200)["data"].EnumerateArray();
        return summary.Sum(group => Minor(group, "amount_captured") - Minor(group, "amount_refunded"));
    }

    private static long Minor(JsonElement group, string member) => group.GetProperty(member).GetInt64();
}
