using System.Globalization;
using System.Text.Json;
using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

[Collection(SharedShopCollection.Name)]
public sealed class PastDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task Every_order_is_told_as_of_an_instant_by_all_four_services() => RunAsync(
        async drill =>
        {
            drill.Load.ReleaseAll();
            await drill.Load.UntilAcknowledgedAsync(drill.Load.Total);
        },
        afterwards: async drill =>
        {
            foreach (var order in drill.Load.Acknowledged.Values)
                await CheckAsync(drill.Cluster, order);
            await WithoutPaymentsAsync(drill.Cluster, drill.Load.Acknowledged.Values.First());
        },
        orders: 20);

    private static async Task CheckAsync(Cluster cluster, Guid order)
    {
        var saga = await cluster.ClientOf(Service.Saga).GetAsync($"/sagas/{order}");
        var now = await AtAsync(cluster, order, DateTimeOffset.MaxValue);
        now["order"].GetRawText().ShouldBe((await cluster.ClientOf(Service.Order).GetAsync($"/orders/{order}")).Body);
        now["saga"].GetProperty("state").GetString().ShouldBe(saga["state"].GetString());
        // An order that was cancelled before its saga began never has a payment.
        Answer? payment = null;
        await Eventually.SoAsync(
            async () => (payment = await cluster.ClientOf(Service.Payment).SendAsync(HttpMethod.Get, $"/payments/{order}")) is { Status: 200 or 404 },
            () => $"the payment of {order} is told; last {payment}");
        if (saga["state"].GetString() != "cancelled")
            payment!.ShouldBe(200);
        now.Json.TryGetProperty("payment", out var paid).ShouldBe(payment!.IsSuccess);
        if (payment.IsSuccess)
            paid.GetRawText().ShouldBe(payment["payment"].GetRawText());
        now["messages"].GetArrayLength().ShouldBe(0);

        foreach (var transition in saga["timeline"].EnumerateArray())
        {
            var then = await AtAsync(cluster, order, transition.GetProperty("at").GetDateTimeOffset());
            then["saga"].GetProperty("version").GetInt64().ShouldBe(transition.GetProperty("version").GetInt64());
            then["saga"].GetProperty("state").GetString().ShouldBe(transition.GetProperty("to").GetString());
        }

        var before = await AtAsync(cluster, order, now["order"].GetProperty("placedAt").GetDateTimeOffset().AddSeconds(-1));
        before.Json.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object).ShouldBeEmpty();
    }

    private static async Task WithoutPaymentsAsync(Cluster cluster, Guid order)
    {
        var payments = cluster.ReplicasOf(Service.Payment)[0];
        await payments.TerminateAsync();

        var answer = (await cluster.ClientOf(Service.Order).SendAsync(HttpMethod.Get, PathOf(order, DateTimeOffset.MaxValue))).ShouldNotBeNull().ShouldBe(503);

        answer["field"].GetString().ShouldBe("payment");
        await payments.StartUntilReadyAsync();
        await AtAsync(cluster, order, DateTimeOffset.MaxValue);
    }

    private static Task<Answer> AtAsync(Cluster cluster, Guid order, DateTimeOffset time) => cluster.ClientOf(Service.Order).GetAsync(PathOf(order, time));

    private static string PathOf(Guid order, DateTimeOffset time) =>
        $"/orders/{order}/at?time={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}";
}
