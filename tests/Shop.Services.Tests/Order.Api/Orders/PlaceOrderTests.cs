using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shop.Contracts;

namespace Shop.Ordering.Tests;

public sealed class PlaceOrderTests
{
    [Fact]
    public async Task A_placed_order_is_announced_with_its_frozen_prices()
    {
        await using var shop = await TestOrdering.StartAsync();
        var response = await shop.PlaceAsync("key", TestOrdering.Cart(customerId: "c-1"));
        var body = await response.Content.ReadAsStringAsync();
        await TestOrdering.Eventually(() => Task.FromResult(!shop.World.Messages.IsEmpty));

        var placed = shop.World.Messages.ShouldHaveSingleItem().ShouldBeOfType<OrderPlaced>();
        placed.TotalMinor.ShouldBe(500);
        placed.CustomerId.ShouldBe("c-1");
        placed.Lines.ShouldBe([new OrderLine { Sku = "A", Quantity = 2, UnitPriceMinor = 250 }]);
        body.ShouldStartWith(
            $$"""{"orderId":"{{placed.OrderId}}","status":"placed","customerId":"c-1","lines":[{"sku":"A","quantity":2,"unitPriceMinor":250,"lineTotalMinor":500}],"currency":"GBP","totalMinor":500,"placedAt":""");
        body.ShouldEndWith(",\"version\":1}");
    }

    [Fact]
    public async Task A_price_that_has_risen_since_the_cart_is_409_with_the_new_quote()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.PriceAsync("A", 300, 2);
        var response = await shop.PlaceAsync("key", TestOrdering.Cart(unitPriceMinor: 250));

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await TestOrdering.JsonAsync(response);
        ((string)problem["code"]!).ShouldBe("price-changed");
        ((long)problem["quote"]!["totalMinor"]!).ShouldBe(600);
        ((long)problem["quote"]!["lines"]![0]!["unitPriceMinor"]!).ShouldBe(300);

        (await shop.PlaceAsync("key", TestOrdering.Cart(unitPriceMinor: 300))).StatusCode.ShouldBe(HttpStatusCode.Accepted, "a refusal does not use the key up");
    }

    [Fact]
    public async Task A_lower_price_is_passed_on_and_a_late_price_is_ignored()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.PriceAsync("A", 200, 3);
        await shop.SendAsync(new ProductPriced { Sku = "A", Name = "A", UnitPriceMinor = 900, Currency = "GBP", Revision = 2 });
        await shop.PriceAsync("Z", 1, 1);

        var order = await TestOrdering.JsonAsync(await shop.PlaceAsync("key", TestOrdering.Cart(unitPriceMinor: 250)));
        ((long)order["totalMinor"]!).ShouldBe(400);
    }

    [Fact]
    public async Task Members_that_nobody_reads_change_nothing()
    {
        await using var shop = await TestOrdering.StartAsync();
        var order = await TestOrdering.JsonAsync(await shop.PlaceAsync("key", new
        {
            status = "confirmed",
            totalMinor = 1,
            orderId = Guid.Empty,
            importReference = "x",
            paymentMethod = "pm_card_visa",
            lines = new[] { new { sku = "A", quantity = 2, lineTotalMinor = 1, price = 1, discount = 100 } },
        }));
        ((string)order["status"]!).ShouldBe("placed");
        ((long)order["totalMinor"]!).ShouldBe(500);
        TestOrdering.OrderIdOf(order).ShouldNotBe(Guid.Empty);
    }

    [Theory]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":1},{"sku":"X","quantity":1}]}""", 422, "lines[1].sku")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":0}]}""", 422, "lines[0].quantity")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":5000000000}]}""", 422, "lines[0].quantity")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A"}]}""", 422, "lines[0].quantity")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[null]}""", 422, "lines[0].sku")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[]}""", 422, "lines")]
    [InlineData("""{"paymentMethod":"pm_card_visa"}""", 422, "lines")]
    [InlineData("""{"paymentMethod":"4242424242424242","lines":[{"sku":"A","quantity":1}]}""", 422, "paymentMethod")]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}]}""", 422, "paymentMethod")]
    [InlineData("""{"paymentMethod":"pm_card_visa","currency":"EUR","lines":[{"sku":"A","quantity":1}]}""", 422, "lines[0].sku")]
    [InlineData("""{"paymentMethod":"pm_card_visa","customerId":" ","lines":[{"sku":"A","quantity":1}]}""", 422, "customerId")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":"many"}]}""", 400, "lines[0].quantity")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":1.5}]}""", 400, "lines[0].quantity")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A\u0000","quantity":1}]}""", 422, "lines[0].sku")]
    [InlineData("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"\ud800","quantity":1}]}""", 400, "lines[0].sku")]
    [InlineData("nonsense", 400, "body")]
    [InlineData("", 400, "body")]
    [InlineData("null", 400, "body")]
    public async Task What_is_wrong_is_named(string body, int status, string field)
    {
        await using var shop = await TestOrdering.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "key");
        var response = await shop.Client.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(status);
        var problem = await TestOrdering.JsonAsync(response);
        ((string)problem["field"]!).ShouldBe(field);
        problem.ToJsonString().ShouldNotContain("4242");
        (await shop.CountAsync("request-accepted.v1")).ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_is_415()
    {
        await using var shop = await TestOrdering.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent("a=b") };
        request.Headers.Add("Idempotency-Key", "key");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        (await shop.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }
}
