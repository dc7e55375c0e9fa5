using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed class BuyingTests(Site site)
{
    private const string CardRead = "card read";

    [Theory]
    [InlineData("en", false, "It is paid and yours. We are packing it.")]
    [InlineData("zh-CN", true, "已付款，商品归您所有，正在打包。")]
    public async Task Somebody_who_has_never_been_here_buys_something(string language, bool phone, string confirmed)
    {
        var page = await site.OpenAsync(language, phone);
        await Site.GoAsync(page, "/");
        await page.Locator(".product a").First.ClickAsync();
        await page.Locator("form.quantity button").ClickAsync();
        await Site.CheckAccessibilityAsync(page);
        await page.Locator(".notice.good a[href='/cart']").ClickAsync();
        await Assertions.Expect(page.Locator(".cart-line")).ToHaveCountAsync(1);
        await Site.CheckAccessibilityAsync(page);

        await page.Locator("a[href='/checkout']").ClickAsync();
        await page.FillSignInAsync(Person.Customer);
        await page.FillCheckoutAsync();
        await Site.CheckAccessibilityAsync(page);
        await page.OrderButton().ClickAsync();

        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(confirmed)).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".cart-link .count")).ToHaveTextAsync("0");
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task The_order_page_shows_each_step_as_it_happens()
    {
        var page = await site.OpenAsync();
        await page.BuyAsync("BOWL-OAK-01", card: 3);

        await Assertions.Expect(page.Locator(".step.done[data-step=reserved]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".step.now[data-step=authorized]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_declined_card_is_explained_and_costs_nothing_and_what_was_chosen_is_put_in_the_cart_again()
    {
        var page = await site.OpenAsync();
        await page.BuyAsync("MUG-ENAM-01", card: 1);

        await Assertions.Expect(page.GetByText("Your bank declined the card. Nothing is charged; try another card.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".step.failed[data-step=rejected]")).ToBeVisibleAsync();
        await Site.CheckAccessibilityAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Put it in the cart again" }).DblClickAsync();

        await Assertions.Expect(page.Locator(".cart-line")).ToContainTextAsync("Enamel camping mug");
        await Assertions.Expect(page.Locator(".cart-link .count")).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task The_cart_survives_a_reload_and_a_double_click_orders_once()
    {
        var page = await site.OpenAsync();
        await ReadCardsSlowlyAsync(page);
        var cardReads = 0;
        page.Console += (_, message) => cardReads += message.Text == CardRead ? 1 : 0;
        await page.SignInAsync(Person.Customer, "/my/orders");
        await page.ChooseAsync("PENCIL-12");
        await page.ReloadAsync();
        await Site.InteractiveAsync(page);
        await Assertions.Expect(page.Locator(".sum", new() { HasText = "Pencils, box of twelve" })).ToBeVisibleAsync();
        await page.FillCheckoutAsync();
        using var api = await site.ApiAsync(Person.Customer);
        var before = await OrdersAsync(api);

        await page.OrderButton().DblClickAsync();
        await page.WaitForURLAsync("**/my/orders/*");
        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();

        (await OrdersAsync(api)).Except(before).ShouldBe([page.Url[(page.Url.LastIndexOf('/') + 1)..]]);
        cardReads.ShouldBe(1, "The second click starts nothing.");
        await Site.GoAsync(page, "/my/orders");
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("£");
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_card_number_never_leaves_the_browser()
    {
        var page = await site.OpenAsync();
        var sent = new List<string>();
        page.Request += (_, request) => sent.Add($"{request.Url} {request.PostData}");
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => sent.Add(frame.Text ?? System.Text.Encoding.UTF8.GetString(frame.Binary ?? []));

        await page.BuyAsync("MUG-STONE-02");

        sent.ShouldContain(message => message.Contains("pm_card_visa", StringComparison.Ordinal));
        sent.ShouldNotContain(message => message.Replace(" ", "", StringComparison.Ordinal).Contains("4242424242424242", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_confirmed_order_is_cancelled_and_the_money_comes_back()
    {
        var page = await site.OpenAsync();
        await page.BuyAsync("JUG-GLASS-01");
        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, cancel it" }).ClickAsync();

        await Assertions.Expect(page.GetByText("It was cancelled. The money went back to your card.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" })).ToHaveCountAsync(0);
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_price_that_rose_meanwhile_is_shown_before_anything_is_ordered()
    {
        var page = await site.OpenAsync();
        await page.SignInAsync(Person.Customer, "/");
        await page.ChooseAsync("TRAY-OAK-01");
        await page.FillCheckoutAsync();
        using var operatorClient = await site.ApiAsync(Person.Operator);
        (await operatorClient.PostAsync("/products/TRAY-OAK-01/price", new StringContent("""{"unitPriceMinor":9900,"currency":"GBP"}""", System.Text.Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        await QuotedAsync(operatorClient, "TRAY-OAK-01", 9900);

        await page.OrderButton().ClickAsync();
        await Assertions.Expect(page.GetByText("A price has risen since you chose.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take the new prices" }).ClickAsync();
        await Assertions.Expect(page.Locator(".sum.total")).ToContainTextAsync("£99.00");
        await page.OrderButton().ClickAsync();

        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_last_one_that_somebody_else_was_quicker_to_buy_costs_nothing()
    {
        const string sku = "BOWL-RICE-01";
        var page = await site.OpenAsync();
        await page.SignInAsync(Person.Customer, "/");
        await page.ChooseAsync(sku);
        await page.FillCheckoutAsync();
        using var operatorClient = await site.ApiAsync(Person.Operator);
        var available = (await operatorClient.GetFromJsonAsync<JsonElement>($"/stock/{sku}")).GetProperty("available").GetInt32();
        (await operatorClient.PostAsJsonAsync($"/stock/{sku}/adjust", new { delta = -available, reason = "all of them were sold over the counter" })).EnsureSuccessStatusCode();

        await page.OrderButton().ClickAsync();
        await Assertions.Expect(page.GetByText("Somebody was quicker: there is not enough of it left. Nothing is charged.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".step.failed[data-step=rejected]")).ToBeVisibleAsync();

        await Site.GoAsync(page, $"/p/{sku}");
        await Assertions.Expect(page.GetByText("Sold out")).ToBeVisibleAsync();
    }

    /// <summary>Both clicks of two are made before the browser has answered the first; on the console it says how often it was asked.</summary>
    private static async Task ReadCardsSlowlyAsync(IPage page)
    {
        const string function = "export function tokenize() {";
        const string slowly = $"export async function tokenize() {{ console.log('{CardRead}'); await new Promise(go => setTimeout(go, 1000));";
        await page.RouteAsync("**/card.js*", async route =>
        {
            var script = await route.FetchAsync();
            var text = await script.TextAsync();
            text.ShouldContain(function);
            await route.FulfillAsync(new() { Response = script, Body = text.Replace(function, slowly, StringComparison.Ordinal) });
        });
    }

    /// <summary>The new price reaches the order service as a message: from then on an order at a lower one is refused.</summary>
    private static async Task QuotedAsync(HttpClient api, string sku, long priceMinor)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var order = new HttpRequestMessage(HttpMethod.Post, "/orders")
            {
                Content = JsonContent.Create(new { paymentMethod = "pm_card_visa", lines = new[] { new { sku, quantity = 1, unitPriceMinor = priceMinor - 1 } } }),
                Headers = { { "Idempotency-Key", $"price-{attempt}" } },
            };
            if ((await api.SendAsync(order)).StatusCode == HttpStatusCode.Conflict)
                return;
            attempt.ShouldBeLessThan(100);
            await Task.Delay(100);
        }
    }

    private static async Task<string[]> OrdersAsync(HttpClient api)
    {
        var page = await api.GetFromJsonAsync<JsonElement>("/orders?limit=200&consistency=strong");
        return [.. page.GetProperty("items").EnumerateArray().Select(order => order.GetProperty("orderId").GetString()!)];
    }
}
