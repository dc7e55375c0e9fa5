using System.Text.Json;
using Shop.Host.WhatIf;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>What an operator does with read models, over HTTP, while the shop sells.</summary>
public sealed class ProjectionTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private readonly ShopClient shop = fixture.Client;

    [Fact]
    public async Task All_read_models_are_there_with_position_and_lag()
    {
        var statuses = (await shop.GetAsync("/projections")).ShouldBe(200).Json.EnumerateArray().ToList();

        statuses.Select(status => $"{status.GetProperty("store")} {status.GetProperty("name")} {status.GetProperty("kind")}").Order().ShouldBe(
        [
            "inventory products inline", "inventory reservations inline", "inventory stock_levels inline", "order orders.v1 asynchronous",
            "payment payments inline", "saga sagas inline",
        ]);
        statuses.ShouldAllBe(status => status.GetProperty("live").GetProperty("generation").GetInt64() >= 1);
    }

    [Theory]
    [InlineData("orders.v1")]
    [InlineData("stock_levels")]
    public async Task A_read_model_is_built_anew_compared_swapped_and_taken_back_while_orders_come_in(string name)
    {
        var sku = $"SWAP-{name}";
        await shop.ListProductAsync(sku, 1_000);
        using var stop = new CancellationTokenSource();
        var selling = SellAsync(sku, stop.Token);

        (await shop.PostAsync($"/projections/{name}/rebuild")).ShouldBe(200);
        (await shop.PostAsync($"/projections/{name}/rebuild")).ShouldBe(409).Text("code").ShouldBe("rebuild-under-way");
        await ShopClient.UntilAsync(async () => (await NextAsync(name)).GetProperty("lagEvents").GetInt64() < 500, "the rebuild has caught up");
        var difference = (await shop.GetAsync($"/projections/{name}/difference")).ShouldBe(200);
        (difference["changed"].GetInt64(), difference["onlyLive"].GetInt64(), difference["onlyOther"].GetInt64()).ShouldBe((0, 0, 0));
        var swapped = (await shop.PostAsync($"/projections/{name}/swap")).ShouldBe(200);
        var generation = swapped["live"].GetProperty("generation").GetInt64();
        swapped["previous"].GetProperty("state").GetString().ShouldBe("kept");
        (await shop.PostAsync($"/projections/{name}/back")).ShouldBe(200)["live"].GetProperty("generation").GetInt64().ShouldBeLessThan(generation);
        (await shop.PostAsync($"/projections/{name}/discard")).ShouldBe(200).Json.TryGetProperty("previous", out _).ShouldBeFalse();

        await stop.CancelAsync();
        var sold = await selling;
        (await shop.GetAsync("/orders?consistency=strong&limit=200")).ShouldBe(200)["items"].GetArrayLength().ShouldBeGreaterThanOrEqualTo(sold);
        (await shop.StockAsync(sku)).ShouldBe((1_000 - sold, 0, sold));
    }

    [Fact]
    public async Task A_paused_list_waits_and_goes_on()
    {
        await shop.ListProductAsync("PAUSED", 10);
        (await shop.PostAsync("/projections/orders.v1/pause", new { by = "Ann", reason = "maintenance" })).ShouldBe(200)["live"].GetProperty("state").GetString().ShouldBe("paused");
        var order = (await shop.PlaceAsync(new("PAUSED"))).ShouldBe(201);
        (await shop.OrdersAsync()).ShouldNotContain(row => row.GetProperty("orderId").GetGuid() == order.OrderId);
        (await shop.GetAsync("/projections/orders.v1")).ShouldBe(200)["live"].GetProperty("lagEvents").GetInt64().ShouldBeGreaterThan(0);

        (await shop.PostAsync("/projections/orders.v1/resume")).ShouldBe(200)["live"].GetProperty("state").GetString().ShouldBe("running");
        await ShopClient.UntilAsync(async () => (await shop.OrdersAsync()).Exists(row => row.GetProperty("orderId").GetGuid() == order.OrderId), "the order is in the list");
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_what_to_do()
    {
        (await shop.GetAsync("/projections/nobody")).ShouldBe(404).Text("code").ShouldBe("projection-not-found");
        (await shop.PostAsync("/projections/orders.v1/swap")).ShouldBe(409).Text("code").ShouldBe("no-rebuild");
        (await shop.PostAsync("/projections/payments/back")).ShouldBe(409).Text("code").ShouldBe("no-way-back");
        (await shop.PostAsync("/projections/payments/pause", new { by = "Ann" })).ShouldBe(409).Text("code").ShouldBe("projection-is-inline");
        (await shop.PostAsync("/projections/orders.v1/skip", new { by = "Ann", position = 1 })).ShouldBe(422).Text("field").ShouldBe("reason");
        (await shop.PostAsync("/projections/orders.v1/skip", new { by = "Ann", reason = "why not" })).ShouldBe(422).Text("field").ShouldBe("position");
        (await shop.PostAsync("/projections/orders.v1/skip", new { by = "Ann", reason = "why not", position = 1 })).ShouldBe(409).Text("code").ShouldBe("nothing-to-skip");
    }

    [Fact]
    public async Task What_if_decides_history_again_and_writes_nothing()
    {
        await shop.ListProductAsync("SUPPOSED", 10);
        (await shop.PlaceAsync(new("SUPPOSED", 6))).ShouldBe(201).OrderStatus.ShouldBe("confirmed");
        (await shop.PlaceAsync(new("SUPPOSED", 6))).ShouldBe(201).OrderStatus.ShouldBe("rejected");
        await Quiet.WaitAsync(fixture.Shop.Application.Services);
        var positions = await PositionsAsync();

        var text = new StringWriter();
        await WhatIfCommand.ReservationsAsync(fixture.Shop.Application.Data, new(), text, default);
        text.ToString().ShouldContain("Orders that would have ended otherwise: 0");
        text = new();
        await WhatIfCommand.ReservationsAsync(fixture.Shop.Application.Data, new(DeliveryPercent: 200), text, default);
        text.ToString().ShouldContain("rejected -> held");
        text = new();
        await WhatIfCommand.RowsAsync(fixture.Shop.Application.Data, "orders.v1", text, default);
        text.ToString().ShouldContain("Differing: 0 changed, 0 only stored, 0 only made. Nothing was written.");

        (await PositionsAsync()).ShouldBe(positions);
    }

    private async Task<JsonElement> NextAsync(string name) => (await shop.GetAsync($"/projections/{name}")).ShouldBe(200)["next"];

    private async Task<string> PositionsAsync() =>
        string.Join(' ', (await shop.GetAsync("/diagnostics/counters")).ShouldBe(200)["stores"].EnumerateArray().Select(store => store.GetProperty("position").GetInt64()));

    private async Task<int> SellAsync(string sku, CancellationToken stop)
    {
        var sold = 0;
        while (!stop.IsCancellationRequested && sold < 150)
        {
            (await shop.PlaceAsync(new(sku))).ShouldBe(201).OrderStatus.ShouldBe("confirmed");
            sold++;
        }

        return sold;
    }
}
