using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operating;

/// <summary>Console → Jobs, as an operator uses it.</summary>
[Collection(Site.Collection)]
public sealed class JobTests(Site site)
{
    private static readonly string[] Stores = ["inventory", "order", "payment", "saga"];

    /// <summary>Every job of the shop, and what its run says that it did.</summary>
    public static TheoryData<string, string> Jobs
    {
        get
        {
            var jobs = new TheoryData<string, string>
            {
                { "expiry-sweep", "0 reservations released" },
                { "saga-watchdog", "waiting sagas looked at" },
                { "payment-reconciliation", "compared with the provider, 0 differ" },
                { "inventory-snapshots", "0 wrong" },
                { "audit", "0 violations" },
            };
            foreach (var store in Stores)
            {
                jobs.Add($"{store}-cleanup", "inbox entries older than 30 days deleted");
                jobs.Add($"{store}-archive", "moved to 0 segments");
                jobs.Add($"{store}-heads", "0 findings");
            }

            return jobs;
        }
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task A_job_is_run_from_the_dashboard_and_its_run_says_what_it_did(string job, string summary)
    {
        var page = await SignInAsync();
        await Site.GoAsync(page, "/console/jobs");
        await page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByText(job, new() { Exact = true }) }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("[data-tile=next]")).ToBeVisibleAsync();

        await ActAsync(page, "Run now", $"seen from the dashboard: {job}");

        var newest = Runs(page).First;
        await Assertions.Expect(newest).ToContainTextAsync("Succeeded");
        await Assertions.Expect(newest).ToContainTextAsync(summary);
        await newest.GetByRole(AriaRole.Link).ClickAsync();
        var details = page.GetByRole(AriaRole.Region, new() { NameRegex = new("^Run of ") });
        await Assertions.Expect(details).ToContainTextAsync($"operator@example.com: seen from the dashboard: {job}");
        await Assertions.Expect(details).ToContainTextAsync(summary);
    }

    [Fact]
    public async Task A_pause_says_who_and_why_in_both_places_and_ends_when_it_is_resumed()
    {
        var page = await SignInAsync();
        await Site.GoAsync(page, "/console/jobs/saga-archive");

        await ActAsync(page, "Pause", "the disk of the archive is being replaced");

        await Assertions.Expect(page.GetByText("operator@example.com: the disk of the archive is being replaced")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-tile=next]")).ToHaveTextAsync("when asked");
        await Site.GoAsync(page, "/console/jobs");
        await Assertions.Expect(Row(page, "saga-archive")).ToContainTextAsync("Paused");
        await Site.CheckAccessibilityAsync(page);
        await Site.GoAsync(page, "/console/jobs/saga-archive");
        await ActAsync(page, "Resume", "the new disk is in");
        await Assertions.Expect(page.Locator("[data-tile=next]")).Not.ToHaveTextAsync("when asked");
        await Site.GoAsync(page, "/console/jobs");
        await Assertions.Expect(Row(page, "saga-archive")).Not.ToContainTextAsync("Paused");
    }

    [Fact]
    public async Task The_history_is_searched_and_filtered()
    {
        var page = await SignInAsync();
        await Site.GoAsync(page, "/console/jobs/order-cleanup");
        await ActAsync(page, "Run now", "the first of two");
        await Assertions.Expect(page.Locator(".runs-grid")).ToContainTextAsync("inbox entries");
        await page.Locator("button:not([disabled])").Filter(new() { HasText = "Run now" }).WaitForAsync();
        await ActAsync(page, "Run now", "a needle in the haystack");
        await Assertions.Expect(Runs(page)).Not.ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".rz-chart svg")).ToBeVisibleAsync();

        await page.GetByLabel("Search", new() { Exact = true }).FillAsync("NEEDLE in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Assertions.Expect(Runs(page)).ToHaveCountAsync(1);
        await Assertions.Expect(Runs(page)).ToContainTextAsync("asked for");
        await page.GetByLabel("Outcome", new() { Exact = true }).SelectOptionAsync("killed");

        await Assertions.Expect(page.GetByText("No run fits.")).ToBeVisibleAsync();
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_run_that_its_process_did_not_survive_is_seen_as_killed_with_what_made_it_up()
    {
        await using var host = await HostUnderTest.StartAsync();
        var page = await SignInAsync(host.Url);
        await Site.GoAsync(page, $"{host.Url}/console/jobs/audit");
        // The audit takes its time: it is killed before it can be over, however quick it was, since the host dies with the click.
        await ActAsync(page, "Run now", "to be killed");
        await KilledRunAsync(host, "audit");
        await host.StartAgainAsync();

        await Site.GoAsync(page, $"{host.Url}/console/jobs/audit");
        await page.GetByLabel("Outcome", new() { Exact = true }).SelectOptionAsync("killed");
        await Runs(page).First.GetByRole(AriaRole.Link).ClickAsync();
        var details = page.GetByRole(AriaRole.Region, new() { NameRegex = new("^Run of ") });
        await Assertions.Expect(details).ToContainTextAsync("Its process ended, or stood still, in the middle of it.");
        await details.GetByRole(AriaRole.Link, new() { Name = "a later run" }).ClickAsync();

        await Assertions.Expect(details).ToContainTextAsync("makes up a run that was broken off");
        await Assertions.Expect(details).ToContainTextAsync("0 violations");
        await Site.CheckAccessibilityAsync(page);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task In_Chinese_on_any_screen_it_is_translated_and_accessible(bool phone, bool dark)
    {
        var page = await SignInAsync(language: "zh-CN", phone: phone, dark: dark);
        await Site.GoAsync(page, "/console/jobs");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("作业");
        await Assertions.Expect(page.Locator(".jobs-grid")).ToContainTextAsync("支付对账");
        await Site.CheckAccessibilityAsync(page);
        await Site.GoAsync(page, "/console/jobs/audit");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("夜间审计");
        await page.GetByRole(AriaRole.Button, new() { Name = "暂停" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("原因");
        await Site.CheckAccessibilityAsync(page);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0, "Nothing is wider than the screen.");
    }
}
