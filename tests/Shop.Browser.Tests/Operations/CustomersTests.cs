using System.Net.Http.Json;
using System.Text.Json;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class CustomersTests(Site site)
{
    [Fact]
    public async Task What_is_known_of_a_customer_is_erased_and_the_order_stays()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = (await api.OrderAsync("MUG-STONE-01", customerId: "c-erin")).GetProperty("orderId").GetString()!;
        (await api.GetStringAsync(new Uri($"/orders/{order}", UriKind.Relative))).ShouldContain("Erin Erased");
        var page = await site.OpenConsoleAsync("/console/customers");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("c-erin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = order[^12..] })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Erase personal data" }).ClickAsync();
        await page.LookAsync("console-customers");
        await page.ConfirmAsync("Erase for good", "asked to be forgotten");

        await Assertions.Expect(page.GetByText("Nobody can read it again.")).ToBeVisibleAsync();
        var left = await api.GetFromJsonAsync<JsonElement>(new Uri($"/orders/{order}", UriKind.Relative));
        left.ToString().ShouldNotContain("Erin Erased");
        left.GetProperty("status").GetString().ShouldBe("confirmed");
        await Site.GoAsync(page, "/console/audit");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "customer-erased" })).ToContainTextAsync("customer c-erin");
    }
}
