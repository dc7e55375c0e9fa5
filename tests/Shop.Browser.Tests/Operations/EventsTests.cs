using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class EventsTests(Site site)
{
    [Fact]
    public async Task A_stream_is_found_and_shown_as_of_a_version()
    {
        using var api = await site.ApiAsync(Person.Operator);
        await api.OrderAsync("BOWL-OAK-01");
        var page = await site.OpenConsoleAsync("/console/events");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("stock-BOWL-OAK");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find streams" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "stock-BOWL-OAK-01" }).ClickAsync();
        await Assertions.Expect(page.Locator("section.card pre").First).ToContainTextAsync("\"received\"");

        await page.GetByLabel("As of version").FillAsync("1");
        await page.Locator("section.card form").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Version 1 of")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("section.card pre").First).ToContainTextAsync("\"sold\": 0");
        await Assertions.Expect(page.Locator("section.card tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("section.card tbody")).ToContainTextAsync("stock-received.v1");
        await page.LookAsync("console-events");
    }

    [Fact]
    public async Task The_log_is_searched_by_type_and_leads_to_the_stream()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = (await api.OrderAsync("BOWL-OAK-01")).GetProperty("orderId").GetString()!;
        var page = await site.OpenConsoleAsync("/console/events");
        await page.GetByLabel("Type begins with").FillAsync("order-confirmed");
        await page.Locator("form.filters").Last.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        await Assertions.Expect(page.Locator("table.events").Last.Locator("tbody tr").First).ToContainTextAsync("order-confirmed");
        await page.GetByRole(AriaRole.Button, new() { Name = $"order-{order}" }).First.ClickAsync();

        await Assertions.Expect(page.Locator("section.card")).ToContainTextAsync("order-placed.v");
        await Assertions.Expect(page.Locator("section.card")).ToContainTextAsync("order-confirmed.v1");
        await Assertions.Expect(page.Locator("section.card h2")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("section.card h2")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task The_log_says_when_nothing_in_it_is_like_that()
    {
        var page = await site.OpenConsoleAsync("/console/events");
        var show = page.Locator("form.filters").Last.GetByRole(AriaRole.Button, new() { Name = "Show" });
        await page.GetByLabel("Type begins with").FillAsync("order-mislaid");
        await show.ClickAsync();
        await Assertions.Expect(page.GetByText("No event is like that from there on.")).ToBeVisibleAsync();

        await page.GetByLabel("Type begins with").FillAsync("");
        await page.GetByLabel("From position").FillAsync("100000000");
        await show.ClickAsync();
        await Assertions.Expect(page.GetByText("No event is like that from there on.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Further" })).ToHaveCountAsync(0);
    }
}
