using System.Net.Http.Json;
using System.Text.Json;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.WithoutHost)]
public sealed class KilledRunTests(SiteWithoutHost site)
{
    [Fact]
    public async Task A_run_that_its_process_did_not_survive_is_seen_as_killed_with_what_made_it_up()
    {
        // The provider never answers: an order stays under way, and the audit looks three times before it leaves that one out.
        await using var host = await HostUnderTest.StartAsync(new Dictionary<string, string?>
        {
            ["Sandbox__Faults__Fraction"] = "1",
            ["Sandbox__Faults__Kinds__0"] = "TimeoutAfterCharge",
            ["OrderSaga__TryDeadlineSeconds"] = "250",
        });
        await OrderAsync(host);
        var page = await site.OpenAsync();
        await page.GotoAsync($"{host.Url}/account/sign-in?back=%2Fconsole%2Fjobs%2Faudit");
        await page.Locator("button[value='operator@example.com']").ClickAsync();
        await Site.InteractiveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await page.ConfirmAsync("Run now", "to be killed");
        await Assertions.Expect(JobTests.Runs(page).First).ToContainTextAsync("Running");

        await host.KillAsync();
        await host.StartAgainAsync();

        await Site.GoAsync(page, $"{host.Url}/console/jobs/audit");
        await page.GetByLabel("Outcome", new() { Exact = true }).SelectOptionAsync("killed");
        await Assertions.Expect(JobTests.Runs(page)).ToHaveCountAsync(1);
        await Assertions.Expect(JobTests.Runs(page)).ToContainTextAsync("Killed");
        await JobTests.Runs(page).First.GetByRole(AriaRole.Link).ClickAsync();
        var details = page.Locator("#run");
        await Assertions.Expect(details).ToContainTextAsync("Its process ended, or stood still, in the middle of it.");
        await page.LookAsync("jobs-killed");
        await details.GetByRole(AriaRole.Link, new() { Name = "a later run" }).ClickAsync();

        await Assertions.Expect(details).ToContainTextAsync("runs again what was cut short");
        await Assertions.Expect(details).ToContainTextAsync("0 violations; 1 orders under way left out");
        await Site.CheckAccessibilityAsync(page);
    }

    private static async Task OrderAsync(HostUnderTest host)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(host.Url) };
        using var signedIn = await http.PostAsJsonAsync("/account/token", new { email = Person.Customer, password = Person.Password });
        var token = await signedIn.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("accessToken").GetString());
        http.DefaultRequestHeaders.Add("Idempotency-Key", "under-way");
        using var placed = await http.PostAsJsonAsync(
            "/orders", new { lines = new[] { new { sku = "MUG-STONE-01", quantity = 1 } }, currency = "GBP", paymentMethod = "pm_card_visa" });
        placed.EnsureSuccessStatusCode();
    }
}
