namespace Shop.Host.Tests.EndToEnd;

/// <summary>Single lines go back, through all services to the provider; the fixture audits the shop at the end.</summary>
public sealed class ReturnTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private readonly ShopClient shop = fixture.Client;

    [Fact]
    public async Task Returned_units_are_restocked_and_their_price_is_refunded()
    {
        await shop.ListProductAsync("RETURN", 10);
        var order = (await shop.PlaceAsync(new("RETURN", 4))).ShouldBe(201);

        var accepted = (await ReturnAsync(order.OrderId, "RETURN", 1, "r1")).ShouldBe(202);
        (await ReturnAsync(order.OrderId, "RETURN", 1, "r1")).ShouldBe(202).Body.ShouldBe(accepted.Body);
        (await ReturnAsync(order.OrderId, "RETURN", 2, "r2")).ShouldBe(202);
        (await ReturnAsync(order.OrderId, "RETURN", 2, "r3")).ShouldBe(409);

        var returned = await UntilReturnedAsync(order.OrderId, 3_000);
        returned["lines"][0].GetProperty("returnedQuantity").GetInt32().ShouldBe(3);
        (await shop.StockAsync("RETURN")).ShouldBe((9, 0, 4));
        await UntilSagaAsync(order.OrderId, "confirmed");
        var payment = (await shop.GetAsync($"/payments/{order.OrderId}")).ShouldBe(200)["payment"];
        (payment.GetProperty("state").GetString(), payment.GetProperty("refundedMinor").GetInt64()).ShouldBe(("captured", 3_000));
    }

    [Fact]
    public async Task A_cancellation_after_a_return_gives_back_only_the_rest()
    {
        await shop.ListProductAsync("RETURN-REST", 10);
        var order = (await shop.PlaceAsync(new("RETURN-REST", 3))).ShouldBe(201);
        (await ReturnAsync(order.OrderId, "RETURN-REST", 1, "r1")).ShouldBe(202);
        await UntilReturnedAsync(order.OrderId, 1_000);

        (await shop.PostAsync($"/orders/{order.OrderId}/cancel")).ShouldBe(202);

        (await ReturnAsync(order.OrderId, "RETURN-REST", 1, "r2")).ShouldBe(409);
        await shop.UntilStatusAsync(order.OrderId, "cancelled");
        (await shop.StockAsync("RETURN-REST")).OnHand.ShouldBe(10);
        (await shop.GetAsync($"/payments/{order.OrderId}")).ShouldBe(200)["payment"].GetProperty("refundedMinor").GetInt64().ShouldBe(3_000);
    }

    [Fact]
    public async Task An_order_that_went_back_as_a_whole_in_parts_is_cancelled_without_another_refund()
    {
        await shop.ListProductAsync("RETURN-ALL", 10);
        var order = (await shop.PlaceAsync(new("RETURN-ALL", 2))).ShouldBe(201);
        (await ReturnAsync(order.OrderId, "RETURN-ALL", 2, "r1")).ShouldBe(202);
        await UntilReturnedAsync(order.OrderId, 2_000);

        (await shop.PostAsync($"/orders/{order.OrderId}/cancel")).ShouldBe(202);

        await shop.UntilStatusAsync(order.OrderId, "cancelled");
        (await shop.StockAsync("RETURN-ALL")).OnHand.ShouldBe(10);
    }

    [Fact]
    public async Task A_cancellation_that_meets_a_return_under_way_gives_everything_back_once()
    {
        await shop.ListProductAsync("RETURN-RACE", 100);
        for (var i = 0; i < 10; i++)
        {
            var order = (await shop.PlaceAsync(new("RETURN-RACE", 3))).ShouldBe(201);
            await Task.WhenAll(ReturnAsync(order.OrderId, "RETURN-RACE", 1, "r1"), ReturnAsync(order.OrderId, "RETURN-RACE", 1, "r2"), shop.PostAsync($"/orders/{order.OrderId}/cancel"));
            await shop.UntilStatusAsync(order.OrderId, "cancelled");
        }

        (await shop.StockAsync("RETURN-RACE")).OnHand.ShouldBe(100);
    }

    [Fact]
    public async Task The_past_shows_the_return_on_its_way()
    {
        await shop.ListProductAsync("RETURN-PAST", 10);
        var order = (await shop.PlaceAsync(new("RETURN-PAST", 2))).ShouldBe(201);
        (await ReturnAsync(order.OrderId, "RETURN-PAST", 1, "r1")).ShouldBe(202);
        await UntilReturnedAsync(order.OrderId, 1_000);
        var saga = await UntilSagaAsync(order.OrderId, "confirmed");
        var returning = saga["timeline"].EnumerateArray().First(step => step.GetProperty("to").GetString() == "returning").GetProperty("at").GetString()!;

        var past = (await shop.GetAsync($"/orders/{order.OrderId}/at?time={Uri.EscapeDataString(returning)}")).ShouldBe(200);
        past["saga"].GetProperty("state").GetString().ShouldBe("returning");
        past["messages"].EnumerateArray().Select(message => message.GetProperty("message").GetString())
            .ShouldContain(name => name == "ReturnStockLines" || name == "StockLinesReturned");
        var now = (await shop.GetAsync($"/orders/{order.OrderId}/at?time={Uri.EscapeDataString(TimeProvider.System.GetUtcNow().ToString("O"))}")).ShouldBe(200);
        now["messages"].GetArrayLength().ShouldBe(0);
    }

    private Task<Answer> ReturnAsync(Guid orderId, string sku, int quantity, string key) => shop.SendAsync(
        HttpMethod.Post, $"/orders/{orderId}/returns", $$"""{"lines":[{"sku":"{{sku}}","quantity":{{quantity}}}],"reason":"cracked"}""",
        request => request.Headers.Add("Idempotency-Key", key));

    private Task<Answer> UntilReturnedAsync(Guid orderId, long refundedMinor) => ShopClient.UntilAsync(
        () => shop.GetAsync($"/orders/{orderId}"), order => order["refundedMinor"].GetInt64() == refundedMinor, $"{refundedMinor} are refunded");

    private Task<Answer> UntilSagaAsync(Guid orderId, string state) => ShopClient.UntilAsync(
        () => shop.GetAsync($"/sagas/{orderId}"), saga => saga.Text("state") == state, $"the saga is {state}");
}
