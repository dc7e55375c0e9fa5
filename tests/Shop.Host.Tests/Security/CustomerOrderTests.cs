using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shop.Host.Tests.EndToEnd;
using Shop.ServiceDefaults.Security;
using Shop.Tests;

namespace Shop.Host.Tests.Security;

/// <summary>What a customer can say about an order, and what not.</summary>
public sealed class CustomerOrderTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private static readonly string[] OfItsOwn = ["orderId", "placedAt", "endedAt"];

    private readonly ShopApplication shop = fixture.Shop.Application;

    [Fact]
    public async Task Price_status_and_customer_in_the_body_change_nothing()
    {
        await fixture.Client.ListProductAsync("EXTRA", 100, unitPriceMinor: 1_500);
        using var eve = ShopClient.CustomerOf(shop, "extra-eve");
        const string plain = """{"lines":[{"sku":"EXTRA","quantity":2}],"paymentMethod":"pm_card_visa"}""";
        const string greedy =
            """
            {"customerId":"extra-victim","status":"confirmed","price":1,"totalMinor":1,"role":"operator","placedAt":"2020-01-01T00:00:00Z","orderId":"0197a000-0000-7000-8000-000000000000",
             "lines":[{"sku":"EXTRA","quantity":2,"price":1,"lineTotalMinor":1,"status":"free"}],"paymentMethod":"pm_card_visa"}
            """;

        var honest = (await eve.PlaceAsync(plain, "plain")).ShouldBe(201);
        var tried = (await eve.PlaceAsync(greedy, "greedy")).ShouldBe(201);

        WithoutItsOwn(tried).ShouldBe(WithoutItsOwn(honest));
        tried.Text("customerId").ShouldBe("extra-eve");
        tried["totalMinor"].GetInt64().ShouldBe(3_000);
        (await fixture.Client.GetAsync("/orders?customer=extra-victim&consistency=strong")).ShouldBe(200)["items"].GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_key_is_its_customers_whatever_customer_the_body_names()
    {
        await fixture.Client.ListProductAsync("KEYED", 100);
        using var eve = ShopClient.CustomerOf(shop, "keyed-eve");
        using var ida = ShopClient.CustomerOf(shop, "keyed-ida");

        var first = (await eve.PlaceAsync(new Purchase("KEYED") { Key = "one", CustomerId = "keyed-ida" })).ShouldBe(201);
        var again = (await eve.PlaceAsync(new Purchase("KEYED") { Key = "one", CustomerId = null })).ShouldBe(201);
        var idas = (await ida.PlaceAsync(new Purchase("KEYED") { Key = "one", CustomerId = "keyed-eve" })).ShouldBe(201);

        again.Body.ShouldBe(first.Body);
        idas.OrderId.ShouldNotBe(first.OrderId);
    }

    [Fact]
    public async Task A_customer_lists_their_own_orders_and_an_operator_those_of_all()
    {
        await fixture.Client.ListProductAsync("LISTED", 100);
        using var eve = ShopClient.CustomerOf(shop, "listed-eve");
        using var ida = ShopClient.CustomerOf(shop, "listed-ida");
        var eves = (await eve.PlaceAsync(new("LISTED"))).ShouldBe(201).OrderId;
        var idas = (await ida.PlaceAsync(new("LISTED"))).ShouldBe(201).OrderId;

        (await ListAsync(eve, "")).ShouldBe([eves]);
        (await ListAsync(eve, "&customer=listed-ida")).ShouldBe([eves]);
        (await ListAsync(fixture.Client, "&customer=listed-ida")).ShouldBe([idas]);
        (await ListAsync(fixture.Client, "")).Intersect([eves, idas]).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_token_that_expired_or_that_another_shop_issued_is_refused()
    {
        var expired = shop.Services.GetRequiredService<AccessTokens>().Issue(Principals.Service("late"), TimeSpan.FromSeconds(-1));
        await using var other = await RunningShop.StartAsync();
        foreach (var token in new[] { expired, other.Application.Services.OperatorToken(), "made-up" })
        {
            using var client = new ShopClient(shop.Url, token);
            (await client.GetAsync("/orders")).ShouldBe(401).Text("code").ShouldBe("not-signed-in");
        }
    }

    [Fact]
    public async Task A_token_is_still_good_after_a_restart()
    {
        await using var shop = await RunningShop.StartAsync();
        var token = shop.Application.Services.CustomerToken("again");
        await shop.RestartAsync();
        using var client = new ShopClient(shop.Application.Url, token);

        (await client.GetAsync("/orders")).ShouldBe(200);
    }

    [Fact]
    public async Task Who_orders_too_often_is_told_when_to_come_back_and_an_operator_is_not_counted()
    {
        await using var shop = await RunningShop.StartAsync(($"{RateLimits.Section}:{nameof(RateLimits.CheckoutsPerMinute)}", "2"));
        using var eager = ShopClient.CustomerOf(shop.Application, "eager");
        using var calm = ShopClient.CustomerOf(shop.Application, "calm");
        for (var number = 0; number < 2; number++)
            (await eager.PlaceAsync("{}", $"key {number}")).ShouldBe(422);

        var limited = (await eager.PlaceAsync("{}", "key 3")).ShouldBe(429);

        limited.Text("code").ShouldBe("too-many-requests");
        limited.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await eager.GetAsync("/orders")).ShouldBe(200);
        (await calm.PlaceAsync("{}", "key 1")).ShouldBe(422);
        for (var number = 0; number < 10; number++)
            (await shop.Client.PlaceAsync("{}", $"key {number}")).ShouldBe(422);
    }

    [Fact]
    public async Task Everybody_sees_the_catalogue_and_health()
    {
        await fixture.Client.ListProductAsync("SHOWN", 1);
        using var stranger = new ShopClient(shop.Url, token: null);

        foreach (var path in new[] { "/products", "/products/SHOWN", "/health/live", "/health/ready", "/openapi/v1.json", "/docs/index.html" })
            (await stranger.GetAsync(path)).ShouldBe(200);
        (await stranger.GetAsync("/nothing-is-here")).ShouldBe(404);
    }

    private static async Task<Guid[]> ListAsync(ShopClient client, string filter) =>
        [.. (await client.GetAsync($"/orders?consistency=strong{filter}")).ShouldBe(200)["items"].EnumerateArray().Select(order => order.GetProperty("orderId").GetGuid())];

    private static string WithoutItsOwn(Answer order)
    {
        var json = JsonNode.Parse(order.Body)!.AsObject();
        foreach (var name in OfItsOwn)
            json.Remove(name).ShouldBeTrue(name);
        return json.ToJsonString();
    }
}
