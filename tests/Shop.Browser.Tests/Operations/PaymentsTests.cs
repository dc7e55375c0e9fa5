using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class PaymentsTests(Site site)
{
    [Fact]
    public async Task A_payment_is_compared_with_the_provider()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = (await api.OrderAsync("MUG-STONE-01")).GetProperty("orderId").GetString()!;
        var page = await site.OpenConsoleAsync("/console/payments");
        await page.GetByLabel("Order", new() { Exact = true }).FillAsync("nonsense");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Give the whole id of an order.");

        await page.GetByLabel("Order", new() { Exact = true }).FillAsync(order);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();

        var card = page.Locator("section.card");
        await Assertions.Expect(card.Locator("h2")).ToBeFocusedAsync();
        await Assertions.Expect(card.Locator("h2")).ToBeInViewportAsync();
        await Assertions.Expect(card).ToContainTextAsync("captured");
        await Assertions.Expect(card).ToContainTextAsync("succeeded");
        await Assertions.Expect(card).ToContainTextAsync("Both agree.");
        await page.LookAsync("console-payments");
    }
}
