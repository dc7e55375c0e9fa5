using System.Net.Http.Json;
using System.Text.Json;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

/// <summary>A shop of its own, whose payment provider answers nobody.</summary>
[Collection(Site.WithoutHost)]
public sealed class ProviderAwayTests(SiteWithoutHost site) : IAsyncLifetime
{
    private HostUnderTest host = null!;

    public async Task InitializeAsync() => host = await HostUnderTest.StartAsync(new Dictionary<string, string?>
    {
        ["Sandbox__Faults__Fraction"] = "1",
        ["Sandbox__Faults__Kinds__0"] = "Slow",
        ["Sandbox__SlowSeconds"] = "120",
        ["Payments__Gateway__TimeoutSeconds"] = "0.3",
    });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task What_the_provider_has_not_answered_is_on_top_and_a_deadline_is_sent_before_its_time()
    {
        using var api = await ApiAsync();
        var orders = new[] { await PlaceAsync(api), await PlaceAsync(api) };
        var page = await OpenConsoleAsync("/console/payments");
        var unknown = page.GetByRole(AriaRole.Region, new() { Name = "Payments" }).First.GetByRole(AriaRole.Row, new() { Name = orders[0][^12..] });
        await Assertions.Expect(page.GetByText("Nobody knows what the provider did.")).ToBeVisibleAsync();
        await Assertions.Expect(unknown).ToContainTextAsync("authorizing");
        await unknown.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(page.Locator("section.card")).ToContainTextAsync("Unknown since");
        await page.LookAsync("console-payments-unknown");

        await Site.GoAsync(page, $"{host.Url}/console/messages");
        await Scheduled(page, "inventory", orders[1]).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.LookAsync("console-messages-cancel");
        await page.ConfirmAsync("Cancel it for good", "we hold these for longer");
        await Assertions.Expect(page.GetByText("It is cancelled.")).ToBeVisibleAsync();
        await Assertions.Expect(Scheduled(page, "inventory", orders[1])).ToHaveCountAsync(0);

        await Scheduled(page, "saga", orders[0]).GetByRole(AriaRole.Button, new() { Name = "Send now" }).ClickAsync();
        await page.ConfirmAsync("Send it now", "the provider will not answer today");
        await Assertions.Expect(page.GetByText("It was sent.")).ToBeVisibleAsync();
        while ((await api.GetFromJsonAsync<JsonElement>(new Uri($"/sagas/{orders[0]}", UriKind.Relative))).GetProperty("state").GetString() != "cancelling")
            await Task.Delay(100);
    }

    private static ILocator Scheduled(IPage page, string service, string order) =>
        page.GetByRole(AriaRole.Row, new() { Name = order[^12..] }).Filter(new() { HasText = service });

    private async Task<IPage> OpenConsoleAsync(string address)
    {
        var page = await site.OpenAsync();
        await page.GotoAsync($"{host.Url}/account/sign-in?back={Uri.EscapeDataString(address)}");
        await page.FillSignInAsync(Person.Operator);
        await Site.InteractiveAsync(page);
        return page;
    }

    private async Task<HttpClient> ApiAsync()
    {
        var client = new HttpClient { BaseAddress = new(host.Url) };
        using var answer = await client.PostAsJsonAsync("/account/token", new { email = Person.Operator, password = Person.Password });
        var token = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("accessToken").GetString());
        return client;
    }

    private static async Task<string> PlaceAsync(HttpClient api) => (await api.OrderAsync("MUG-STONE-01", waitSeconds: 0)).GetProperty("orderId").GetString()!;
}
