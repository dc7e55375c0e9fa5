using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class ProjectionsTests(Site site)
{
    [Fact]
    public async Task A_read_model_is_paused_falls_behind_and_goes_on()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var page = await site.OpenConsoleAsync("/console/projections");
        var orders = Section(page, "orders.v1");
        await orders.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.ConfirmAsync("Pause", "maintenance");
        await Assertions.Expect(orders).ToContainTextAsync("maintenance");

        await api.OrderAsync("MUG-STONE-01");
        await Assertions.Expect(orders).Not.ToContainTextAsync(" 0 events behind");
        await page.LookAsync("console-projections");
        await orders.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await page.ConfirmAsync("Resume", "maintenance is over");

        await Assertions.Expect(orders).ToContainTextAsync(" 0 events behind");
        await Assertions.Expect(orders.Locator(".tag")).ToHaveTextAsync("running");
    }

    [Fact]
    public async Task A_read_model_is_built_anew_compared_swapped_and_taken_back()
    {
        var page = await site.OpenConsoleAsync("/console/projections");
        var stock = Section(page, "stock_levels");
        await stock.GetByRole(AriaRole.Button, new() { Name = "Rebuild" }).ClickAsync();
        await page.ConfirmAsync("Rebuild", "to be sure");
        await Assertions.Expect(stock).ToContainTextAsync("is built beside it: 100 %");

        await stock.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Assertions.Expect(stock).ToContainTextAsync("No difference");
        await page.LookAsync("console-projections-rebuild");
        await stock.GetByRole(AriaRole.Button, new() { Name = "Swap" }).ClickAsync();
        await page.ConfirmAsync("Swap", "it is the same");

        await Assertions.Expect(stock).ToContainTextAsync("Generation 2");
        await stock.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await page.ConfirmAsync("Discard", "not needed");
        await Assertions.Expect(stock).Not.ToContainTextAsync("is kept from before");
    }

    private static ILocator Section(IPage page, string name) => page.Locator("section.projection", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = name }) });
}
