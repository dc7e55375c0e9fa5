using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Tests;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>What an operator looks at and does, over HTTP.</summary>
public sealed class OperatingTests
{
    [Fact]
    public async Task The_overview_tells_of_orders_sagas_stock_and_queues_and_is_pushed()
    {
        await using var running = await RunningShop.StartAsync(("Inventory:AtRiskBelow", "5"));
        var shop = running.Client;
        await shop.ListProductAsync("SCARCE", 6);
        await shop.ListProductAsync("PLENTY", 100);
        (await shop.PlaceAsync(new("SCARCE", 3))).ShouldBe(201).OrderStatus.ShouldBe("confirmed");
        (await shop.PlaceAsync(new("PLENTY", 1, Cards.Declined))).ShouldBe(201).OrderStatus.ShouldBe("rejected");

        var overview = await ShopClient.UntilAsync(
            async () => (await shop.GetAsync("/overview")).ShouldBe(200),
            answer => answer["parts"].GetProperty("orders").GetProperty("perMinute").GetInt32() == 2, "both orders are counted");

        var parts = overview["parts"];
        parts.GetProperty("orders").GetProperty("ended").EnumerateArray().Sum(step => step.GetProperty("confirmed").GetInt32()).ShouldBe(1);
        parts.GetProperty("orders").GetProperty("p50Seconds").GetDouble().ShouldBeInRange(0.001, 60);
        parts.GetProperty("sagas").GetProperty("underWay").GetProperty("trying").GetInt64().ShouldBe(0);
        parts.GetProperty("payments").GetProperty("unknownOutcomes").GetInt64().ShouldBe(0);
        parts.GetProperty("stock").GetProperty("products").EnumerateArray().Select(row => row.GetProperty("sku").GetString()).ShouldBe(["SCARCE"]);
        overview["stores"].EnumerateArray().Select(store => store.GetProperty("store").GetString()).Order().ShouldBe(["inventory", "order", "payment", "saga"]);
        overview["stores"].EnumerateArray().Single(store => store.GetProperty("store").GetString() == "order").GetProperty("projections")[0].GetProperty("name").GetString().ShouldBe("orders.v1");

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(running.Application.Url) }
            .SignIn(running.Application.Services.OperatorToken());
        using var live = new StreamReader(await http.GetStreamAsync(new Uri("/overview/live", UriKind.Relative)));
        var pushed = new List<string>();
        while (pushed.Count < 2)
        {
            if (await live.ReadLineAsync() is { Length: > 0 } line && line.StartsWith("data: ", StringComparison.Ordinal))
                pushed.Add(JsonElement.Parse(line[6..]).GetProperty("at").GetString()!);
        }

        pushed[1].ShouldNotBe(pushed[0], "the second one is newer");
    }

    [Fact]
    public async Task Streams_are_found_and_read_as_of_a_version_and_a_time_and_the_log_by_type()
    {
        await using var running = await RunningShop.StartAsync();
        var shop = running.Client;
        await shop.ListProductAsync("BROWSED", 10);
        var order = (await shop.PlaceAsync(new("BROWSED", 2))).ShouldBe(201);
        await Quiet.WaitAsync(running.Application.Services);

        (await shop.GetAsync($"/streams?prefix=payment-{order.OrderId}")).ShouldBe(200)["items"][0].GetProperty("store").GetString().ShouldBe("payment");
        var stock = (await shop.GetAsync("/streams/stock-BROWSED")).ShouldBe(200);
        stock["state"].GetProperty("sold").GetInt64().ShouldBe(2);
        stock["events"].EnumerateArray().Select(recorded => recorded.GetProperty("type").GetString()).ShouldBe(["stock-received.v1", "stock-reserved.v1", "stock-sold.v1"]);
        var reserved = (await shop.GetAsync("/streams/stock-BROWSED?version=2")).ShouldBe(200);
        (reserved["version"].GetInt64(), reserved["latest"].GetInt64(), reserved["state"].GetProperty("sold").GetInt64(), reserved["state"].GetProperty("reserved").GetInt64()).ShouldBe((2, 3, 0, 2));
        var receivedAt = stock["events"][0].GetProperty("recordedAt").GetString()!;
        (await shop.GetAsync($"/streams/stock-BROWSED?time={Uri.EscapeDataString(receivedAt)}")).ShouldBe(200)["version"].GetInt64().ShouldBe(1);
        (await shop.GetAsync("/streams/stock-BROWSED?after=1&limit=1")).ShouldBe(200)["next"].GetInt64().ShouldBe(2);
        (await shop.GetAsync("/streams/stock-NOBODY")).ShouldBe(404).Text("code").ShouldBe("stream-not-found");
        (await shop.GetAsync("/streams/stock-BROWSED?time=yesterday")).ShouldBe(422);

        (await shop.GetAsync("/log")).ShouldBe(422).Text("field").ShouldBe("store");
        var sold = (await shop.GetAsync("/log?store=inventory&type=stock-sold")).ShouldBe(200);
        sold["items"].EnumerateArray().ShouldHaveSingleItem().GetProperty("stream").GetString().ShouldBe("stock-BROWSED");
        sold["next"].GetInt64().ShouldBe(sold["head"].GetInt64() + 1);
    }

    [Fact]
    public async Task A_payment_is_seen_beside_what_the_provider_says()
    {
        await using var running = await RunningShop.StartAsync();
        var shop = running.Client;
        await shop.ListProductAsync("PAID", 10);
        var order = (await shop.PlaceAsync(new("PAID"))).ShouldBe(201);
        var declined = (await shop.PlaceAsync(new("PAID", 1, Cards.Declined))).ShouldBe(201);

        var both = (await shop.GetAsync($"/payments/{order.OrderId}/provider")).ShouldBe(200);
        (both["shop"].GetProperty("state").GetString(), both["provider"].GetProperty("status").GetString(), both["agrees"].GetBoolean()).ShouldBe(("captured", "succeeded", true));
        both["provider"].GetProperty("amountMinor").GetInt64().ShouldBe(both["shop"].GetProperty("capturedMinor").GetInt64());
        (await shop.GetAsync($"/payments/{declined.OrderId}/provider")).ShouldBe(200)["provider"].GetProperty("answer").GetString().ShouldBeOneOf("refused", "not-asked");
        (await shop.GetAsync($"/payments/{Guid.CreateVersion7()}/provider")).ShouldBe(404);
        (await shop.GetAsync("/payments?unknown=true")).ShouldBe(200)["items"].GetArrayLength().ShouldBe(0);
        (await shop.GetAsync("/payments?unknown=false")).ShouldBe(200)["items"].GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_deadline_is_listed_run_now_and_cancelled_with_a_reason()
    {
        await using var running = await RunningShop.StartAsync(("Sandbox:SlowSeconds", "20"), ("Payments:Gateway:TimeoutSeconds", "30"));
        var shop = running.Client;
        await shop.ListProductAsync("LATE", 10);
        var order = (await shop.PlaceAsync(new("LATE", 1, Cards.Slow) { WaitSeconds = 0 })).ShouldBe(202);
        var scheduled = (await ShopClient.UntilAsync(
            async () => (await shop.GetAsync("/messages/scheduled?limit=100")).ShouldBe(200),
            answer => answer["items"].EnumerateArray().Count(message => IsOf(message, order.OrderId)) >= 2, "the saga's deadline and the lease are scheduled"))["items"].EnumerateArray()
            .Where(message => IsOf(message, order.OrderId)).ToList();
        scheduled.Select(message => message.GetProperty("dueAt").GetDateTimeOffset()).ShouldBeInOrder();
        var deadline = scheduled.Single(message => message.GetProperty("store").GetString() == "saga").GetProperty("id").GetGuid();

        (await shop.PostAsync($"/messages/scheduled/{deadline}/run-now")).ShouldBe(422).Text("field").ShouldBe("reason");
        (await shop.PostAsync($"/messages/scheduled/{deadline}/run-now", new { reason = "no point in waiting" })).ShouldBe(202);
        (await shop.UntilStatusAsync(order.OrderId, "rejected")).ShouldBe(200);
        (await shop.PostAsync($"/messages/scheduled/{deadline}/cancel", new { reason = "too late" })).ShouldBe(404).Text("code").ShouldBe("scheduled-message-not-found");
        var action = (await shop.GetAsync("/operator-actions")).ShouldBe(200)["items"].EnumerateArray().ShouldHaveSingleItem();
        (action.GetProperty("action").GetString(), action.GetProperty("reason").GetString(), action.GetProperty("store").GetString())
            .ShouldBe(("scheduled-message-run-now", "no point in waiting", "saga"));
    }

    [Fact]
    public async Task The_audit_finds_an_order_broken_on_purpose_while_others_run_green()
    {
        await using var running = await RunningShop.StartAsync(("Audit:PatienceSeconds", "1"));
        var shop = running.Client;
        await shop.ListProductAsync("AUDITED", 1_000);
        var broken = (await shop.PlaceAsync(new("AUDITED"))).ShouldBe(201);
        await Quiet.WaitAsync(running.Application.Services);

        var payments = running.Application.Services.GetServices<EventStore>().Single(store => store.Name == "payment");
        await payments.Engine.CommitAsync(
            [new() { Appends = [new($"payment-{broken.OrderId:D}", StreamAppend.AnyVersion, [new(Guid.CreateVersion7(), "payment-refunded.v1", Encoding.UTF8.GetBytes("""{"amountMinor":1000}"""), null, TimeProvider.System.GetUtcNow())])] }], default);
        for (var number = 0; number < 10; number++)
            (await shop.PlaceAsync(new("AUDITED"))).ShouldBe(201).OrderStatus.ShouldBe("confirmed");

        var report = await ShopClient.UntilAsync(
            async () => (await shop.GetAsync("/audit/live")).ShouldBe(200),
            answer => answer["violations"].GetArrayLength() > 0 && answer["promises"][0].GetProperty("green").GetInt64() >= 10, "the broken one is found and ten are green");
        var violation = report["violations"].EnumerateArray().ShouldHaveSingleItem();
        (violation.GetProperty("orderId").GetGuid(), violation.GetProperty("promise").GetString(), violation.GetProperty("subject").GetString())
            .ShouldBe((broken.OrderId, "moneyAndStockConserved", "payment"));
        violation.GetProperty("evidence").EnumerateArray().Select(line => line.GetString()!).ShouldContain(line => line.Contains("payment-refunded.v1"));
    }

    private static bool IsOf(JsonElement message, Guid orderId) => message.TryGetProperty("orderId", out var id) && id.GetGuid() == orderId;
}
