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
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "customer-erased" }).Filter(new() { HasText = "customer c-erin" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_customer_whose_account_is_erased_is_signed_out_on_an_open_page_and_may_open_one_anew()
    {
        const string email = "finn@erased.example";
        var finn = await RegisterAsync(email);
        var theirs = await site.OpenAsync();
        await theirs.SignInAsync(email, "/my/orders");
        await Assertions.Expect(theirs.GetByRole(AriaRole.Link, new() { Name = email })).ToBeVisibleAsync();

        var page = await site.OpenConsoleAsync("/console/customers");
        await FindAsync(page, finn);
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase personal data" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("The account of this id goes, too");
        await page.LookAsync("console-customers-account");
        await page.ConfirmAsync("Erase for good", "asked to be forgotten");
        await Assertions.Expect(page.GetByText("No order ever held anything of a person with this id. The account is erased, too.")).ToBeVisibleAsync();

        // Nobody touches the page: it is signed out by itself.
        await theirs.WaitForURLAsync("**/account/sign-in?**");
        await theirs.FillSignInAsync(email);
        await Assertions.Expect(theirs.GetByRole(AriaRole.Alert)).ToContainTextAsync("The e-mail address or the password is wrong.");
        (await RegisterAsync(email)).ShouldNotBe(finn);
        await theirs.SignInAsync(email, "/my/orders");
        await Assertions.Expect(theirs.GetByRole(AriaRole.Link, new() { Name = email })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_operators_account_stays_and_the_console_says_so_before()
    {
        var page = await site.OpenConsoleAsync("/console/customers");
        await page.GotoAsync("/account");
        var boss = await page.Locator("main code").TextContentAsync();
        await Site.GoAsync(page, "/console/customers");
        await FindAsync(page, boss!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase personal data" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("The account of this id is an operator's, and is not erased.");

        await page.ConfirmAsync("Erase for good", "to see what happens");

        await Assertions.Expect(page.GetByRole(AriaRole.Status).GetByText("The account of this id is an operator's, and is not erased.")).ToBeVisibleAsync();
        using var api = await site.ApiAsync(Person.Operator);
    }

    private static async Task FindAsync(IPage page, string customerId)
    {
        await page.GetByRole(AriaRole.Searchbox).FillAsync(customerId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
    }

    private async Task<string> RegisterAsync(string email)
    {
        using var client = new HttpClient { BaseAddress = new(site.Url) };
        using var answer = await client.PostAsJsonAsync("/account/register", new { email, password = Person.Password, displayName = "Finn" });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("customerId").GetString()!;
    }
}
