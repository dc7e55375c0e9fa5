using System.Text.Json;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class OrderTests(ShopFixture fixture, ITestOutputHelper output) : IClassFixture<ShopFixture>
{
    private readonly ShopClient shop = fixture.Client;

    [Fact]
    public async Task An_order_with_an_approved_card_is_confirmed_and_stock_payment_saga_and_history_agree()
    {
        await shop.ListProductAsync("APPROVED", 10);

        var order = (await shop.PlaceAsync(new("APPROVED", 3))).ShouldBe(201);

        order.OrderStatus.ShouldBe("confirmed");
        order["totalMinor"].GetInt64().ShouldBe(3_000);
        order.Headers.Location!.ToString().ShouldBe($"/orders/{order.OrderId}");
        (await shop.StockAsync("APPROVED")).ShouldBe((7, 0, 3));
        var payment = (await shop.GetAsync($"/payments/{order.OrderId}")).ShouldBe(200);
        payment["payment"].GetProperty("state").GetString().ShouldBe("captured");
        payment["payment"].GetProperty("capturedMinor").GetInt64().ShouldBe(3_000);
        (await HistoryAsync(order.OrderId)).ShouldBe(["order-placed.v1", "order-confirmed.v1"]);
        (await SagaWayAsync(order.OrderId, "confirmed")).ShouldBe(["trying", "confirming", "completing", "confirmed"]);
        (await IntentAsync(order.OrderId)).ShouldBe(("succeeded", 3_000, 0));
    }

    [Fact]
    public async Task An_order_with_a_declined_card_is_rejected_and_holds_nothing()
    {
        await shop.ListProductAsync("DECLINED", 10);

        var order = (await shop.PlaceAsync(new("DECLINED", 3, Cards.Declined))).ShouldBe(201);

        order.OrderStatus.ShouldBe("rejected");
        order.Text("reason").ShouldContain("declined");
        (await shop.StockAsync("DECLINED")).ShouldBe((10, 0, 0));
        (await shop.PaymentStateAsync(order.OrderId)).ShouldBe("declined");
        (await HistoryAsync(order.OrderId)).ShouldBe(["order-placed.v1", "order-rejected.v1"]);
        (await SagaWayAsync(order.OrderId, "rejected"))[^1].ShouldBe("rejected");
        (await IntentAsync(order.OrderId)).Captured.ShouldBe(0);
    }

    [Fact]
    public async Task Cancelled_before_confirmation_nothing_is_charged_or_sold()
    {
        await shop.ListProductAsync("CANCEL-EARLY", 10);
        var order = (await shop.PlaceAsync(new("CANCEL-EARLY", 4, Cards.Slow) { WaitSeconds = null })).ShouldBe(202);

        (await shop.PostAsync($"/orders/{order.OrderId}/cancel", new { reason = "found it cheaper" })).ShouldBe(202);

        (await shop.UntilStatusAsync(order.OrderId, "cancelled")).Text("reason").ShouldBe("found it cheaper");
        (await shop.StockAsync("CANCEL-EARLY")).ShouldBe((10, 0, 0));
        (await shop.PaymentStateAsync(order.OrderId)).ShouldBeOneOf("voided", "fenced");
        (await IntentAsync(order.OrderId)).ShouldBe(("canceled", 0, 0));
    }

    [Fact]
    public async Task Cancelled_after_confirmation_the_money_goes_back_and_the_goods_return()
    {
        await shop.ListProductAsync("CANCEL-LATE", 10);
        var order = (await shop.PlaceAsync(new("CANCEL-LATE", 4))).ShouldBe(201);

        (await shop.PostAsync($"/orders/{order.OrderId}/cancel")).ShouldBe(202);

        await shop.UntilStatusAsync(order.OrderId, "cancelled");
        (await shop.StockAsync("CANCEL-LATE")).OnHand.ShouldBe(10);
        (await shop.PaymentStateAsync(order.OrderId)).ShouldBe("refunded");
        (await IntentAsync(order.OrderId)).ShouldBe(("succeeded", 4_000, 4_000));
        (await SagaWayAsync(order.OrderId, "cancelled")).ShouldContain("compensating");
        (await shop.PostAsync($"/orders/{order.OrderId}/cancel")).ShouldBe(200);
    }

    [Fact]
    public async Task A_slow_card_and_a_short_wait_answer_202_with_the_location_and_the_order_is_confirmed_later()
    {
        await shop.ListProductAsync("SLOW", 10);

        var order = (await shop.PlaceAsync(new("SLOW", 1, Cards.Slow) { WaitSeconds = 1 })).ShouldBe(202);

        order.OrderStatus.ShouldBe("placed");
        (await shop.GetAsync($"{order.Headers.Location}?wait=60")).ShouldBe(200).OrderStatus.ShouldBe("confirmed");
    }

    [Fact]
    public async Task A_refused_capture_rejects_the_order_and_puts_everything_back()
    {
        await shop.ListProductAsync("CAPTURE", 10);

        var order = (await shop.PlaceAsync(new("CAPTURE", 2, Cards.CaptureRefused))).ShouldBe(201);

        order.OrderStatus.ShouldBe("rejected");
        (await shop.StockAsync("CAPTURE")).ShouldSatisfyAllConditions(
            stock => stock.OnHand.ShouldBe(10), stock => stock.Reserved.ShouldBe(0));
        (await IntentAsync(order.OrderId)).ShouldBe(("canceled", 0, 0));
    }

    [Fact]
    public async Task Two_hundred_buyers_ten_units_sells_exactly_ten()
    {
        await shop.ListProductAsync("SCARCE", 10);

        var orders = await Task.WhenAll(Enumerable.Range(0, 200).Select(buyer => shop.PlaceAsync(new("SCARCE") { CustomerId = $"buyer-{buyer}" })));

        output.WriteLine(string.Join(", ", orders.GroupBy(order => $"{order.Status} {order.OrderStatus}").Select(group => $"{group.Key}: {group.Count()}")));
        orders.ShouldAllBe(order => order.Status == 201);
        orders.Count(order => order.OrderStatus == "confirmed").ShouldBe(10);
        orders.Count(order => order.OrderStatus == "rejected").ShouldBe(190);
        (await shop.StockAsync("SCARCE")).ShouldBe((0, 0, 10));
    }

    private async Task<string[]> HistoryAsync(Guid orderId) =>
        [.. (await shop.GetAsync($"/orders/{orderId}/history")).ShouldBe(200)["events"].EnumerateArray().Select(entry => entry.GetProperty("type").GetString()!)];

    /// <summary>The states that the saga went through, once it has reached the last one.</summary>
    private async Task<string[]> SagaWayAsync(Guid orderId, string last)
    {
        var saga = await ShopClient.UntilAsync(() => shop.GetAsync($"/sagas/{orderId}"), answer => answer.Text("state") == last, $"the saga is {last}");
        return [.. saga["timeline"].EnumerateArray().Select(transition => transition.GetProperty("to").GetString()!).Distinct()];
    }

    private async Task<(string Status, long Captured, long Refunded)> IntentAsync(Guid orderId)
    {
        using var provider = new ShopClient(fixture.SandboxUrl, token: null);
        var intents = (await provider.GetAsync("/sandbox/ledger?limit=10000")).ShouldBe(200)["data"].EnumerateArray();
        var intent = intents.Single(intent => intent.GetProperty("order_id").GetString() == orderId.ToString());
        return (intent.GetProperty("status").GetString()!, Minor("amount_captured"), Minor("amount_refunded"));

        long Minor(string member) => intent.GetProperty(member) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;
    }
}
