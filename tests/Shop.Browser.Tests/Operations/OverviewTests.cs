using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class OverviewTests(Site site)
{
    [Fact]
    public async Task The_overview_follows_orders_without_a_reload()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var page = await site.OpenConsoleAsync("/console");
        var perMinute = page.Locator(".tile", new() { HasText = "Orders in the last minute" }).Locator(".value");
        await Assertions.Expect(perMinute).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9]+$"));
        var before = int.Parse(await perMinute.InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);

        for (var number = 0; number < 5; number++)
            await api.OrderAsync("MUG-STONE-01", number == 4 ? "pm_card_chargeDeclined" : "pm_card_visa");

        await page.WaitForFunctionAsync("before => Number([...document.querySelectorAll('.tile')].find(tile => tile.textContent.includes('last minute')).querySelector('.value').textContent) > before", before);
        await Assertions.Expect(page.Locator(".charts svg").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Cell, new() { Name = "payment", Exact = true }) })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("In one process: no broker, no queues.")).ToBeVisibleAsync();
        await page.LookAsync("console-overview");
    }

    [Theory]
    [InlineData("zh-CN", true, false)]
    [InlineData("en", true, true)]
    [InlineData("zh-CN", false, true)]
    public async Task The_overview_is_legible_on_a_phone_in_the_dark_and_in_Chinese(string language, bool phone, bool dark)
    {
        var page = await site.OpenConsoleAsync("/console", language, phone, dark);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(language == "en" ? "Overview" : "总览");
        await Assertions.Expect(page.Locator(".tile").First).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("the page does not scroll sideways");
        await page.LookAsync($"console-overview-{language}{(phone ? "-phone" : "")}{(dark ? "-dark" : "")}");
    }

    [Fact]
    public async Task A_customer_is_told_that_it_is_for_operators()
    {
        var page = await site.OpenAsync();
        await page.SignInAsync(Person.Customer, "/");

        await page.GotoAsync("/console/messages");

        await Assertions.Expect(page.GetByText("This page is for operators")).ToBeVisibleAsync();
    }
}
