using System.Net.Http.Json;
using System.Text.Json;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Sagas;

/// <summary>Orders that are broken on purpose: found, explained and repaired in the console alone.</summary>
[Collection(Site.WithoutHost)]
public sealed class BrokenSagaTests(SiteWithoutHost site) : IAsyncLifetime
{
    private ProviderUnderTest provider = null!;
    private HostUnderTest host = null!;

    public async Task InitializeAsync()
    {
        provider = await ProviderUnderTest.StartAsync();
        host = await HostUnderTest.StartAsync(provider.Settings);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task A_saga_whose_provider_was_away_and_one_whose_confirm_keeps_failing_are_found_and_repaired()
    {
        provider.RefusesCaptures = true;
        var failing = await PlaceAsync("repair-confirm");
        var page = await OpenConsoleAsync($"/console/sagas?customerId=repair-confirm");
        await Assertions.Expect(Row(page, failing)).ToContainTextAsync("Confirming");
        provider.IsAway = true;
        var away = await PlaceAsync("repair-away");

        await Site.GoAsync(page, $"{host.Url}/console/sagas");
        await page.GetByLabel("Needs attention").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(Row(page, failing)).ToContainTextAsync("Needs attention");
        await Assertions.Expect(Row(page, away)).ToContainTextAsync("Cancelling");
        await page.LookAsync("console-sagas-attention");

        // What it waits for, and since when, says who is to blame; the provider is back, and the operator does not want to wait.
        await Row(page, away).GetByRole(AriaRole.Link, new() { Name = away[^12..] }).ClickAsync();
        await Assertions.Expect(page.Locator(".remaining li").First).ToContainTextAsync("VoidPayment");
        await Assertions.Expect(page.Locator(".remaining li").First).ToContainTextAsync("waits for the answer");
        await Assertions.Expect(page.Locator(".lanes .bar.waiting")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark resolved" }).ClickAsync();
        await page.ConfirmAsync("Mark it", "the provider says that it comes back at noon");
        await Assertions.Expect(page.Locator("dl.facts").First).ToContainTextAsync("operator@example.com");
        provider.IsAway = false;
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry now" }).ClickAsync();
        await page.ConfirmAsync("Send again", "the provider is back");
        await Assertions.Expect(page.Locator("h1 [data-state=rejected]")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await Assertions.Expect(page.GetByText("Nothing: it has ended.")).ToBeVisibleAsync();
        await page.LookAsync("console-saga-repaired");

        // Captures go on failing: this order is given up, and ends with everything given back once they work.
        await Site.GoAsync(page, $"{host.Url}/console/sagas/{failing}");
        await Assertions.Expect(page.Locator(".remaining li").First).ToContainTextAsync("CapturePayment");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel and compensate" }).ClickAsync();
        await page.LookAsync("console-saga-cancel");
        await page.ConfirmAsync("Cancel the order", "the customer does not want to wait");
        await Assertions.Expect(page.Locator(".remaining")).ToContainTextAsync("RefundPayment");
        provider.RefusesCaptures = false;
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry now" }).ClickAsync();
        await page.ConfirmAsync("Send again", "captures work again");
        await Assertions.Expect(page.Locator("h1 [data-state=cancelled]")).ToBeVisibleAsync(new() { Timeout = 180_000 });
    }

    [Fact]
    public async Task Many_are_retried_together_after_a_look_at_which()
    {
        provider.IsAway = true;
        var orders = new[] { await PlaceAsync("repair-many"), await PlaceAsync("repair-many") };
        var page = await OpenConsoleAsync("/console/sagas?customerId=repair-many&state=cancelling");
        foreach (var order in orders)
            await Assertions.Expect(Row(page, order)).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Retry all of these…" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("2 sagas");
        await page.LookAsync("console-sagas-bulk-retry");
        await page.ConfirmAsync("Retry them", "the provider is back");

        await Assertions.Expect(page.GetByText("2 sagas were told to send again.")).ToBeVisibleAsync();
        await Site.GoAsync(page, $"{host.Url}/console/messages");
        await Row(page, orders[0]).GetByRole(AriaRole.Button, new() { Name = "Send now" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync($"of order {orders[0][^12..]} now?");
        provider.IsAway = false;
        await Site.GoAsync(page, $"{host.Url}/console/sagas?customerId=repair-many&state=rejected");
        foreach (var order in orders)
            await Assertions.Expect(Row(page, order)).ToBeVisibleAsync(new() { Timeout = 120_000 });
    }

    private static ILocator Row(IPage page, string order) => page.GetByRole(AriaRole.Row, new() { Name = order[^12..] });

    private async Task<IPage> OpenConsoleAsync(string address)
    {
        var page = await site.OpenAsync();
        await page.GotoAsync($"{host.Url}/account/sign-in?back={Uri.EscapeDataString(address)}");
        await page.FillSignInAsync(Person.Operator);
        await Site.InteractiveAsync(page);
        return page;
    }

    private async Task<string> PlaceAsync(string customerId)
    {
        using var api = new HttpClient { BaseAddress = new(host.Url) };
        using var answer = await api.PostAsJsonAsync("/account/token", new { email = Person.Operator, password = Person.Password });
        var token = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        api.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("accessToken").GetString());
        return (await api.OrderAsync("MUG-STONE-01", customerId: customerId, waitSeconds: 0)).GetProperty("orderId").GetString()!;
    }
}
