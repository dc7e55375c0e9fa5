using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>The promises as one replica of Order.Api checks them over the logs of all services, each in a database of its own.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class LiveAuditDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task Every_replica_tells_that_all_orders_are_green_and_which_one_was_charged_behind_the_shops_back() => RunAsync(
        drill =>
        {
            drill.Load.ReleaseAll();
            return drill.Load.UntilAcknowledgedAsync(drill.Load.Total);
        },
        afterwards: async drill =>
        {
            await UntilAllSayAsync(drill, IsGreen, "all orders are green");
            await AwayAsync(drill);
            await ChargedTwiceAsync(drill);
            await QueuesAsync(drill);
        },
        orders: 20);

    private static bool IsGreen(Answer report, DrillRound drill) =>
        report["caughtUp"].GetBoolean() && report["providerChecked"].GetBoolean() && report["underWay"].GetInt32() == 0 && report["violations"].GetArrayLength() == 0
        && report["promises"].EnumerateArray().All(promise => promise.GetProperty("green").GetInt64() is var green
            && (promise.GetProperty("promise").GetString() == "everythingProvable" ? green >= drill.Cluster.Orders.Count : green == drill.Cluster.Orders.Count));

    private static async Task AwayAsync(DrillRound drill)
    {
        // The one whose address the order service knows.
        var payments = drill.Cluster.ReplicasOf(Service.Payment)[0];
        await payments.TerminateAsync();
        await UntilAllSayAsync(
            drill,
            (report, _) => report.Json.TryGetProperty("waitsFor", out var away) && away.GetString()!.StartsWith("payment:", StringComparison.Ordinal)
                && !report["caughtUp"].GetBoolean() && report["violations"].GetArrayLength() == 0,
            "it is late because payments are away");
        await payments.StartUntilReadyAsync();
        await UntilAllSayAsync(drill, IsGreen, "it went on");
    }

    private static async Task ChargedTwiceAsync(DrillRound drill)
    {
        var orders = await Orders.ListAsync(drill.Cluster);
        var orderId = orders.First(order => order.GetProperty("status").GetString() == "confirmed").GetProperty("orderId").GetGuid();
        var intentId = await ChargeAsync(drill.Cluster, orderId);
        drill.Note($"Charged {orderId} once more.");
        // It was found consistent; when something happens to it, it is looked at again.
        await drill.Cluster.ClientOf(Service.Order).PostAsync($"/orders/{orderId}/cancel");

        await UntilAllSayAsync(drill, (report, _) => report["violations"].EnumerateArray().Any(violation => IsOf(violation, orderId)), $"{orderId} is reported");
        var said = await SaidAsync(drill.Cluster.ReplicasOf(Service.Order)[0], drill.Cluster);
        said["violations"].EnumerateArray().ShouldAllBe(violation => IsOf(violation, orderId));
        said["violations"].EnumerateArray().Select(violation => violation.GetProperty("promise").GetString()).ShouldContain("moneyAndStockConserved");
        said["violations"][0].GetProperty("evidence").EnumerateArray().Select(line => line.GetString()!)
            .ShouldContain(line => line.StartsWith("payment ", StringComparison.Ordinal) && line.Contains("payment-captured.", StringComparison.Ordinal));

        await ForgetAsync(drill.Cluster, intentId);
        await UntilAllSayAsync(drill, IsGreen, "what was mended is green");
    }

    /// <summary>The depths of the service's own queues, as the overview shows them.</summary>
    private static Task QueuesAsync(DrillRound drill) => Eventually.SoAsync(
        async () => (await drill.Cluster.ClientOf(Service.Order).GetAsync("/overview"))["broker"] is var broker && !broker.TryGetProperty("away", out _)
            && broker.GetProperty("queues").EnumerateArray().All(queue => queue.GetProperty("consumers").GetInt64() >= drill.Cluster.ReplicasOf(Service.Order).Count)
            && broker.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()).SequenceEqual(["order", "order.dead"]),
        () => "the overview knows the queues of the order service");

    private static async Task UntilAllSayAsync(DrillRound drill, Func<Answer, DrillRound, bool> isSo, string what)
    {
        foreach (var replica in drill.Cluster.ReplicasOf(Service.Order))
        {
            Answer? last = null;
            await Eventually.SoAsync(
                async () => (last = await SaidAsync(replica, drill.Cluster)).IsSuccess && isSo(last, drill), () => $"{replica.Name} says that {what}; last {last?.Body}");
        }

        drill.Note($"All replicas say that {what}.");
    }

    private static async Task<Answer> SaidAsync(ServiceProcess replica, Cluster cluster)
    {
        using var client = new ServiceClient([replica], cluster.OperatorToken);
        return await client.SendAsync(HttpMethod.Get, "/audit/live") ?? new(0, "");
    }

    private static bool IsOf(JsonElement violation, Guid orderId) => violation.TryGetProperty("orderId", out var id) && id.GetGuid() == orderId;

    /// <returns>The intent's id.</returns>
    private static async Task<string> ChargeAsync(Cluster cluster, Guid orderId)
    {
        using var provider = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        provider.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ProviderKey);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["amount"] = "700",
            ["currency"] = "gbp",
            ["payment_method"] = "pm_card_visa",
            ["confirm"] = "true",
            ["capture_method"] = "automatic",
            ["metadata[order_id]"] = $"{orderId:D}",
        });
        using var answer = await provider.PostAsync(new Uri($"{cluster.Sandbox.Url}/v1/payment_intents"), form);
        var intent = JsonElement.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        intent.GetProperty("status").GetString().ShouldBe("succeeded");
        return intent.GetProperty("id").GetString()!;
    }

    /// <summary>No refund would make two charges one: it is taken out of the provider's books.</summary>
    private static async Task ForgetAsync(Cluster cluster, string intentId)
    {
        await using var ledger = new SqliteConnection($"Data Source={cluster.LedgerFile};Pooling=False");
        await ledger.OpenAsync();
        await using var command = ledger.CreateCommand();
        command.CommandText = "DELETE FROM intents WHERE id = $id";
        command.Parameters.AddWithValue("$id", intentId);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
