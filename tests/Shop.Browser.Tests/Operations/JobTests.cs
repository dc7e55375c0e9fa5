using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

/// <summary>Console → Jobs, as an operator uses it.</summary>
[Collection(Site.Collection)]
public sealed class JobTests(Site site)
{
    /// <summary>Every job of the shop, of those that each store has one, and what its run says that it did.</summary>
    public static TheoryData<string, string> Jobs { get; } = new()
    {
        { "expiry-sweep", "0 reservations released" },
        { "saga-watchdog", "waiting sagas looked at" },
        { "payment-reconciliation", "compared with the provider, 0 differ" },
        { "inventory-snapshots", "0 wrong" },
        { "audit", "0 violations" },
        { "order-cleanup", "inbox entries older than 30 days deleted" },
        { "payment-archive", "moved to 0 segments" },
        { "saga-heads", "0 findings" },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task A_job_is_run_from_the_dashboard_and_its_run_says_what_it_did(string job, string summary)
    {
        var page = await site.OpenConsoleAsync("/console/jobs");
        await Assertions.Expect(page.Locator("[data-fact=scheduler]")).ToHaveTextAsync("Fired by Quartz.");
        await Row(page, job).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("[data-tile=next]")).ToBeVisibleAsync();

        await ActAsync(page, "Run now", $"seen from the dashboard: {job}");

        // Its schedule may run it meanwhile.
        var newest = Runs(page).Filter(new() { HasText = "asked for" }).First;
        await Assertions.Expect(newest).ToContainTextAsync("Succeeded");
        await Assertions.Expect(newest).ToContainTextAsync(summary);
        await newest.GetByRole(AriaRole.Link).ClickAsync();
        var details = page.Locator("#run");
        await Assertions.Expect(details.Locator("h2")).ToBeFocusedAsync();
        await Assertions.Expect(details).ToContainTextAsync($"operator@example.com: seen from the dashboard: {job}");
        await Assertions.Expect(details).ToContainTextAsync(summary);
        await page.LookAsync($"job-{job}");
    }

    [Fact]
    public async Task A_pause_says_who_and_why_in_both_places_and_ends_when_it_is_resumed()
    {
        var page = await site.OpenConsoleAsync("/console/jobs/saga-archive");

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
    public async Task Jobs_stay_sorted_while_the_page_looks_again()
    {
        var page = await site.OpenConsoleAsync("/console/jobs");
        var names = page.Locator(".jobs-grid tbody tr .mono");
        var sorted = (await names.AllInnerTextsAsync()).OrderDescending(StringComparer.Ordinal).ToArray();
        sorted.ShouldNotBeEmpty();
        await Assertions.Expect(names).Not.ToHaveTextAsync(sorted);

        // The second click turns it round.
        await page.Locator(".jobs-grid th").First.ClickAsync();
        await page.Locator(".jobs-grid th").First.ClickAsync();
        await Assertions.Expect(names).ToHaveTextAsync(sorted);
        await Task.Delay(TimeSpan.FromSeconds(7));

        await Assertions.Expect(names).ToHaveTextAsync(sorted);
    }

    [Fact]
    public async Task The_history_is_searched_and_filtered()
    {
        var page = await site.OpenConsoleAsync("/console/jobs/order-cleanup");
        await ActAsync(page, "Run now", "a needle in the haystack");
        await Assertions.Expect(Runs(page).Filter(new() { HasText = "asked for" }).First).ToContainTextAsync("inbox entries");

        await page.GetByLabel("Outcome", new() { Exact = true }).SelectOptionAsync("killed");
        await Assertions.Expect(page.GetByText("No run fits.")).ToBeVisibleAsync();
        await page.GetByLabel("Outcome", new() { Exact = true }).SelectOptionAsync("");
        await Assertions.Expect(Runs(page).First).ToBeVisibleAsync();

        await SearchAsync(page, "a thimble in the haystack", page.GetByText("No run fits."));
        await SearchAsync(page, "NEEDLE in", Runs(page).Filter(new() { HasText = "asked for" }).First);
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_run_that_failed_says_why_and_is_tried_again()
    {
        var page = await site.OpenConsoleAsync("/console/jobs/payment-archive");
        using (site.Host.Hold(Path.Combine("archive", "payment", ".lock")))
        {
            await ActAsync(page, "Run now", "make room");
            await Assertions.Expect(Runs(page).First).ToContainTextAsync("Failed");
        }

        await Runs(page).First.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("#run .notice.bad")).ToContainTextAsync("Another archive run works on");
        await Assertions.Expect(page.Locator("#run .log")).ToContainTextAsync("[error] It failed");
        await page.LookAsync("jobs-failed");

        await page.Locator("#run").GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await page.ConfirmAsync("Try again", "the other one is done");

        await Assertions.Expect(Runs(page).First).ToContainTextAsync("tried again");
        await Assertions.Expect(Runs(page).First).ToContainTextAsync("Succeeded");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task In_Chinese_on_any_screen_it_is_translated_and_accessible(bool phone, bool dark)
    {
        var page = await site.OpenConsoleAsync("/console/jobs", "zh-CN", phone, dark);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("作业");
        await Assertions.Expect(page.Locator(".jobs-grid")).ToContainTextAsync("支付对账");
        await page.LookAsync($"jobs-zh{Screen(phone, dark)}");
        await Site.GoAsync(page, "/console/jobs/audit");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("夜间审计");
        await page.GetByRole(AriaRole.Button, new() { Name = "暂停" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("原因");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0, "Nothing is wider than the screen.");
        await page.LookAsync($"job-zh{Screen(phone, dark)}");
    }

    private static string Screen(bool phone, bool dark) => (phone ? "-phone" : "") + (dark ? "-dark" : "");

    /// <summary>The page looks again every two seconds, and what is typed just then may have to be typed again.</summary>
    private static async Task SearchAsync(IPage page, string text, ILocator found)
    {
        for (var attempt = 0; attempt < 5 && !await found.IsVisibleAsync(); attempt++)
        {
            await page.GetByLabel("Search", new() { Exact = true }).FillAsync(text);
            await page.GetByLabel("Search", new() { Exact = true }).PressAsync("Enter");
            await Task.Delay(TimeSpan.FromSeconds(3));
        }

        await Assertions.Expect(found).ToBeVisibleAsync();
    }

    internal static ILocator Runs(IPage page) => page.Locator(".runs-grid tbody tr:not(.rz-datatable-emptymessage-row)");

    private static ILocator Row(IPage page, string job) =>
        page.Locator(".jobs-grid tbody tr").Filter(new() { Has = page.GetByText(job, new() { Exact = true }) });

    private static async Task ActAsync(IPage page, string button, string reason)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await page.ConfirmAsync(button, reason);
    }
}
