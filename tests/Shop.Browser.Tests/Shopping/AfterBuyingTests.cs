using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed class AfterBuyingTests(Site site)
{
    [Fact]
    public async Task One_of_three_is_returned_and_its_price_comes_back()
    {
        var page = await site.OpenAsync(phone: true, dark: true);
        await page.SignInAsync(Person.Customer, "/");
        await Site.GoAsync(page, "/p/NOTE-A5-DOT");
        await page.Locator("#quantity").FillAsync("3");
        await page.Locator("form.quantity button").ClickAsync();
        await page.Locator(".notice.good a[href='/cart']").ClickAsync();
        await page.Locator("a[href='/checkout']").ClickAsync();
        await page.FillCheckoutAsync();
        await page.OrderButton().ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Return something" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Return it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Choose at least one.")).ToBeVisibleAsync();
        await Site.CheckAccessibilityAsync(page);

        await page.Locator("#return-NOTE-A5-DOT").FillAsync("1");
        await page.Locator("#return-NOTE-A5-DOT").PressAsync("Enter");

        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("1 × Notebook A5, dotted");
        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("went back to your card");
        await page.GetByRole(AriaRole.Button, new() { Name = "Return something" }).ClickAsync();
        await Assertions.Expect(page.Locator("#return-NOTE-A5-DOT")).ToHaveAttributeAsync("max", "2");

        await page.Locator("#return-NOTE-A5-DOT").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Return it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("All of it was returned. The money went back to your card.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task On_a_phone_ones_orders_are_seen_whole()
    {
        using var api = await site.ApiAsync(Person.Customer);
        await api.OrderAsync("MUG-STONE-01", card: "pm_card_chargeDeclined");
        var page = await site.OpenAsync(phone: true);
        await page.SignInAsync(Person.Customer, "/my/orders");

        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("Not possible");
        (await page.EvaluateAsync<int>("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.table-box'))")).ShouldBe(0, "The table does not scroll.");
    }

    [Fact]
    public async Task An_order_that_ends_while_somebody_looks_at_all_of_them_is_shown_so()
    {
        var page = await site.OpenAsync();
        await page.SignInAsync(Person.Customer, "/");
        using var api = await site.ApiAsync(Person.Customer);
        await api.OrderAsync("MUG-STONE-01", card: "pm_card_slow", waitSeconds: 0);
        await Site.GoAsync(page, "/my/orders");

        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("Confirmed");
    }

    [Fact]
    public async Task Somebody_elses_order_is_not_there()
    {
        var page = await site.OpenAsync();
        var orderId = await page.BuyAsync("PEN-ROLL-BLK");
        var other = await site.OpenAsync();
        var email = $"grace-{orderId}@example.com";
        await other.GotoAsync("/account/create");
        foreach (var (field, value) in new[] { ("email", email), ("password", Person.Password) })
            await other.Locator($"main #{field}").FillAsync(value);
        foreach (var field in await other.Locator("main form input:not([type=hidden]):not(#email):not(#password)").AllAsync())
            await field.FillAsync(await field.GetAttributeAsync("type") == "password" ? Person.Password : "Grace");
        await other.Locator("main form button[type=submit]").First.ClickAsync();
        await Assertions.Expect(other.Locator(".account")).ToContainTextAsync("grace-");

        await Site.GoAsync(other, $"/my/orders/{orderId}");

        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("There is no such order");
    }
}
