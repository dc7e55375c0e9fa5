using System.Text.Json;
using System.Text.RegularExpressions;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Sagas;

/// <summary>The list of sagas, and one of them, as an operator uses them.</summary>
[Collection(Site.Collection)]
public sealed class SagaPageTests(Site site)
{
    [Fact]
    public async Task An_order_is_found_by_what_is_known_of_it_and_the_view_is_kept_in_the_browser()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var mine = await PlaceAsync(api, "find-me");
        var other = await PlaceAsync(api, "find-other", "pm_card_chargeDeclined");
        var page = await site.OpenConsoleAsync("/console/sagas");

        await page.GetByLabel("Customer", new() { Exact = true }).FillAsync("find-me");
        await page.GetByLabel("Product (SKU)").FillAsync("MUG-STONE-01");
        await page.GetByLabel("Amount from").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(Row(page, mine)).ToContainTextAsync("Confirmed");
        await Assertions.Expect(Row(page, other)).ToHaveCountAsync(0);
        await page.GetByLabel("Name of the view").FillAsync("Mugs of my customer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save this view" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Customer", new() { Exact = true })).ToHaveValueAsync("");
        await page.GetByLabel("Reason contains").FillAsync("DECLINED");
        await page.GetByLabel("Customer", new() { Exact = true }).FillAsync("find-other");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(Row(page, other)).ToContainTextAsync("Rejected");
        await Assertions.Expect(Row(page, mine)).ToHaveCountAsync(0);

        await Site.GoAsync(page, "/console/sagas");
        await page.GetByRole(AriaRole.Link, new() { Name = "Mugs of my customer" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Customer", new() { Exact = true })).ToHaveValueAsync("find-me");
        await Assertions.Expect(Row(page, mine)).ToBeVisibleAsync();
        await Assertions.Expect(Row(page, other)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the view Mugs of my customer" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Mugs of my customer" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_amount_that_no_order_has_is_looked_for_as_any_other()
    {
        var page = await site.OpenConsoleAsync("/console/sagas");
        await page.GetByLabel("Amount from").FillAsync("999999999999999999999");
        await page.GetByLabel("Name of the view").FillAsync("The rich");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save this view" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "The rich" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("minTotalMinor=100000000000000$"));
        await Assertions.Expect(page.GetByText("No saga is like that.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry all of these…" }).ClickAsync();
        await Assertions.Expect(page.GetByText("None of these waits for an answer.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the view The rich" }).ClickAsync();
    }

    [Fact]
    public async Task Orders_under_way_are_listed_from_the_overview_and_their_customer_is_a_click_away()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var customer = Guid.CreateVersion7().ToString();
        var order = await PlaceAsync(api, customer);
        var page = await site.OpenConsoleAsync("/console");
        await page.GetByRole(AriaRole.Link, new() { Name = "Orders under way" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("State", new() { Exact = true }).Locator("option:checked")).ToHaveTextAsync("Under way");
        await Assertions.Expect(Row(page, order)).ToHaveCountAsync(0);

        await Site.GoAsync(page, "/console/sagas?state=confirmed,rejected");
        await Assertions.Expect(page.GetByLabel("State", new() { Exact = true })).ToHaveValueAsync("confirmed,rejected");
        await Row(page, order).GetByRole(AriaRole.Link, new() { Name = $"…{customer[^12..]}" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Orders of {customer}" })).ToBeVisibleAsync();
        await Assertions.Expect(Row(page, order)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_typed_before_the_address_has_followed_stays()
    {
        var page = await site.OpenConsoleAsync("/console/sagas");
        var customer = page.GetByLabel("Customer", new() { Exact = true });
        await customer.FillAsync("somebody");
        await customer.BlurAsync();

        // In one go, as over a slow line: the address comes back to the page only after both.
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).EvaluateAsync(
            """
            button => {
              button.click();
              const customer = document.getElementById('saga-customer');
              customer.value = 'nobody';
              customer.dispatchEvent(new Event('change', { bubbles: true }));
            }
            """);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("customerId=somebody"));
        await Assertions.Expect(page.GetByText("No saga is like that.")).ToBeVisibleAsync();
        await Assertions.Expect(customer).ToHaveValueAsync("nobody");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("customerId=nobody"));
    }

    [Fact]
    public async Task An_order_is_explained_by_its_timeline_its_steps_and_how_it_was_at_any_instant()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = await PlaceAsync(api, "explain-me");
        var page = await site.OpenConsoleAsync($"/console/sagas/{order}");

        await Assertions.Expect(page.Locator("h1 [data-state=confirmed]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".lanes .mark")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".lanes .bar.call")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".lanes svg")).ToContainTextAsync("Authorize");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "What each step changed" })).ToContainTextAsync("AskedReserved");
        await Assertions.Expect(Service(page, "order")).ToContainTextAsync("confirmed");

        await page.GetByRole(AriaRole.Slider).FillAsync("0");
        await Assertions.Expect(Service(page, "order")).ToContainTextAsync("placed");
        await Assertions.Expect(Service(page, "payment")).ToContainTextAsync("nothing yet");
        await Assertions.Expect(page.Locator("section[aria-labelledby=time-travel]")).ToContainTextAsync("OrderPlaced");
        await page.GetByRole(AriaRole.Slider).PressAsync("End");
        await Assertions.Expect(Service(page, "payment")).ToContainTextAsync("captured");

        await page.GetByText("payment-" + order, new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("payment-authorization-requested.v1")).ToContainTextAsync("pm_card_visa");
        await Assertions.Expect(page.GetByText("Nothing: it has ended.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_order_is_exported_as_a_bundle()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = await PlaceAsync(api, "export-me");
        var page = await site.OpenConsoleAsync($"/console/sagas/{order}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync());

        download.SuggestedFilename.ShouldBe($"order-{order}.json");
        await using var stream = await download.CreateReadStreamAsync();
        var bundle = await JsonDocument.ParseAsync(stream);
        bundle.RootElement.GetProperty("format").GetString().ShouldBe("shop-order-bundle.v1");
        bundle.RootElement.GetProperty("streams").GetArrayLength().ShouldBe(5);
    }

    [Theory]
    [InlineData("en", false, false)]
    [InlineData("en", true, true)]
    [InlineData("zh-CN", false, true)]
    [InlineData("zh-CN", true, false)]
    public async Task The_pages_are_readable_in_both_languages_on_both_screens(string language, bool phone, bool dark)
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = await PlaceAsync(api, "look-at-me");
        var name = $"{language}-{(phone ? "phone" : "desktop")}-{(dark ? "dark" : "light")}";
        var page = await site.OpenConsoleAsync("/console/sagas", language, phone, dark);
        await Assertions.Expect(Row(page, order)).ToBeVisibleAsync();
        await page.LookAsync($"console-sagas-{name}");

        await Site.GoAsync(page, $"/console/sagas/{order}");
        await Assertions.Expect(page.Locator("h1 [data-state=confirmed]")).ToHaveTextAsync(language == "en" ? "Confirmed" : "已确认");
        await Assertions.Expect(page.Locator(".lanes .mark")).Not.ToHaveCountAsync(0);
        await page.LookAsync($"console-saga-{name}");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).ShouldBeTrue("The page must not scroll sideways.");
    }

    [Fact]
    public async Task An_order_that_never_was_says_so()
    {
        var page = await site.OpenConsoleAsync($"/console/sagas/{Guid.CreateVersion7()}");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("There is no such saga");
    }

    private static async Task<string> PlaceAsync(HttpClient api, string customerId, string card = "pm_card_visa") =>
        (await api.OrderAsync("MUG-STONE-01", card, customerId)).GetProperty("orderId").GetString()!;

    private static ILocator Row(IPage page, string order) => page.GetByRole(AriaRole.Row, new() { Name = order[^12..] });

    private static ILocator Service(IPage page, string service) => page.Locator($"[data-service={service}]");
}
