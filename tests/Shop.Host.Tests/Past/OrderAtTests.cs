using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.Host.Tests.EndToEnd;

namespace Shop.Host.Tests.Past;

public sealed class OrderAtTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private readonly ShopClient shop = fixture.Client;

    [Fact]
    public async Task An_order_that_goes_through_shows_at_every_instant_what_the_logs_held_then()
    {
        await shop.ListProductAsync("PAST-OK", 10);
        var order = (await shop.PlaceAsync(new("PAST-OK", 2))).ShouldBe(201);
        await EndedAsync(order.OrderId, "confirmed");
        var logs = await LogsAsync();

        var instants = logs.Instants(order.OrderId);
        instants.Length.ShouldBeGreaterThan(8);
        foreach (var time in instants)
            OrderThen.Of((await AtAsync(order.OrderId, time)).Json).ToString().ShouldBe(logs.At(order.OrderId, time).ToString(), time.ToString("O"));
        var last = await AtAsync(order.OrderId, instants[^1]);
        last["messages"].GetArrayLength().ShouldBe(0);
        last["scheduled"].GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("PAST-DECLINED", Cards.Declined, false, "rejected")]
    [InlineData("PAST-RETURNED", Cards.Approved, true, "cancelled")]
    public async Task An_order_that_is_undone_shows_at_every_instant_what_the_logs_held_then(string sku, string card, bool cancelled, string end)
    {
        await shop.ListProductAsync(sku, 10);
        var order = (await shop.PlaceAsync(new(sku, 2, card))).ShouldBe(201);
        if (cancelled)
            (await shop.PostAsync($"/orders/{order.OrderId}/cancel", new { reason = "too late" })).ShouldBe(202);
        await EndedAsync(order.OrderId, end);
        var logs = await LogsAsync();

        var instants = logs.Instants(order.OrderId);
        foreach (var time in instants)
        {
            var then = OrderThen.Of((await AtAsync(order.OrderId, time)).Json);
            (then with { Messages = [] }).ToString().ShouldBe((logs.At(order.OrderId, time) with { Messages = [] }).ToString(), time.ToString("O"));
        }

        (await AtAsync(order.OrderId, instants[^1]))["messages"].GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task While_the_provider_thinks_the_call_to_it_is_under_way_and_the_deadlines_are_scheduled()
    {
        await shop.ListProductAsync("PAST-SLOW", 10);
        var order = (await shop.PlaceAsync(new("PAST-SLOW", 2, Cards.Slow))).ShouldBe(201);
        await EndedAsync(order.OrderId, "confirmed");

        // Its authorization takes three seconds.
        var at = await AtAsync(order.OrderId, order["placedAt"].GetDateTimeOffset().AddSeconds(2));

        OrderThen.Of(at.Json).ToString().ShouldBe("order placed 1, payment authorizing 0, stock held, saga trying 2, messages Authorize payment>provider");
        at["scheduled"].EnumerateArray().Select(due => $"{due.GetProperty("message").GetString()} {due.GetProperty("service").GetString()}").Order()
            .ShouldBe(["ExpireReservation inventory", "StepTimedOut saga"]);
    }

    [Fact]
    public async Task Lists_totals_and_stock_show_what_they_showed_then()
    {
        await shop.ListProductAsync("PAST-LIST", 10);
        var first = (await shop.PlaceAsync(new("PAST-LIST", 1) { CustomerId = "past" })).ShouldBe(201);
        await EndedAsync(first.OrderId, "confirmed");
        var second = (await shop.PlaceAsync(new("PAST-LIST", 4) { CustomerId = "past" })).ShouldBe(201);
        await EndedAsync(second.OrderId, "confirmed");
        var logs = await LogsAsync();
        var between = Time(logs.Instants(second.OrderId)[0]);

        (await shop.GetAsync($"/orders?customer=past&at={between}")).ShouldBe(200)["items"].EnumerateArray()
            .Select(row => (row.GetProperty("orderId").GetGuid(), row.GetProperty("status").GetString())).ShouldBe([(first.OrderId, "confirmed")]);
        (await shop.GetAsync($"/stock/PAST-LIST?at={between}")).ShouldBe(200)["onHand"].GetInt64().ShouldBe(9);
        (await shop.GetAsync($"/sagas?limit=500&at={between}"))["items"].EnumerateArray().ShouldNotContain(row => row.GetProperty("orderId").GetGuid() == second.OrderId);
        (await shop.GetAsync($"/payments?limit=500&at={between}"))["items"].EnumerateArray().Where(row => row.GetProperty("orderId").GetGuid() == first.OrderId)
            .ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("captured");
        foreach (var time in logs.Instants(second.OrderId))
        {
            var totals = (await shop.GetAsync($"/orders/totals?at={Time(time)}")).ShouldBe(200)["items"].EnumerateArray()
                .Single(total => total.GetProperty("status").GetString() == "confirmed");
            (totals.GetProperty("orders").GetInt32(), totals.GetProperty("totalMinor").GetInt64()).ShouldBe(logs.Totals(time, "confirmed"));
        }

        (await shop.GetAsync("/orders/totals?consistency=strong")).Body.ShouldBe((await shop.GetAsync($"/orders/totals?at={Time(DateTimeOffset.MaxValue)}")).Body);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_what_to_do()
    {
        (await shop.GetAsync($"/orders/{Guid.CreateVersion7()}/at?time=2026-03-01T14:03:00Z")).ShouldBeProblem(404, "order-not-found", "id");
        (await shop.GetAsync($"/orders/{Guid.CreateVersion7()}/at")).ShouldBeProblem(422, "invalid-request", "time");
        (await shop.GetAsync("/orders?at=14:03")).ShouldBeProblem(422, "invalid-request", "at");
        (await shop.GetAsync("/sagas?at=14:03")).ShouldBeProblem(422, "invalid-request", "at");
        (await shop.GetAsync("/payments?at=14:03")).ShouldBeProblem(422, "invalid-request", "at");
    }

    private Task<OrderLogs> LogsAsync() => OrderLogs.ReadAsync(fixture.Shop.Application.Services.GetServices<EventStore>());

    private async Task<Answer> AtAsync(Guid orderId, DateTimeOffset time) => (await shop.GetAsync($"/orders/{orderId}/at?time={Time(time)}")).ShouldBe(200);

    private async Task EndedAsync(Guid orderId, string end)
    {
        await shop.UntilStatusAsync(orderId, end);
        await ShopClient.UntilAsync(() => shop.GetAsync($"/sagas/{orderId}"), saga => saga.Status == 200 && saga.Text("state") == end, $"the saga is {end}");
    }

    private static string Time(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture));
}
