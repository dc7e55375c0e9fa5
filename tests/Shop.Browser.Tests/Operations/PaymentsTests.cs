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
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Give the id of an order.");

        await page.GetByLabel("Order", new() { Exact = true }).FillAsync(order);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();

        var card = page.Locator("section.card");
        await Assertions.Expect(card).ToContainTextAsync("captured");
        await Assertions.Expect(card).ToContainTextAsync("succeeded");
        await Assertions.Expect(card).ToContainTextAsync("Both agree.");
        await page.LookAsync("console-payments");
    }

    [Fact]
    public async Task What_the_provider_has_not_answered_is_on_top()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var page = await site.OpenConsoleAsync("/console/payments");
        await Assertions.Expect(page.GetByText("None: the provider has answered everything.")).ToBeVisibleAsync();

        // It answers after three seconds, and is given up after two.
        var order = (await api.OrderAsync("MUG-STONE-01", "pm_card_slow", waitSeconds: 0)).GetProperty("orderId").GetString()!;

        var unknown = page.GetByRole(AriaRole.Region, new() { Name = "Payments" }).First.GetByRole(AriaRole.Row, new() { Name = order[^12..] });
        await Assertions.Expect(unknown).ToContainTextAsync("authorizing");
        await Assertions.Expect(page.GetByText("Nobody knows what the provider did.")).ToBeVisibleAsync();
    }
}
