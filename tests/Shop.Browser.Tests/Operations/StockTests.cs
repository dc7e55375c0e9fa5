using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class StockTests(Site site)
{
    [Fact]
    public async Task A_delivery_is_received_once_and_the_stock_adjusted_after_counting()
    {
        var page = await site.OpenConsoleAsync("/console/stock");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("MUG-ENAM");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "MUG-ENAM-01" }).ClickAsync();
        var onHand = page.Locator(".tile", new() { HasText = "On hand" }).Locator(".value");
        await Assertions.Expect(onHand).ToBeVisibleAsync();
        var before = await NumberAsync(onHand);

        for (var time = 0; time < 2; time++)
        {
            await page.GetByLabel("Units", new() { Exact = true }).FillAsync("7");
            await page.GetByLabel("Delivery note").FillAsync("DN-4711");
            await page.GetByRole(AriaRole.Button, new() { Name = "Receive" }).ClickAsync();
            await page.ConfirmAsync("Book it", "a delivery came");
            await Assertions.Expect(page.GetByText("The delivery is booked.")).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByLabel("Units", new() { Exact = true })).ToHaveValueAsync("1");
        }

        await Assertions.Expect(onHand).ToHaveTextAsync(Text(before + 7));
        await page.GetByLabel("Units found (+) or lost (−)").FillAsync("-2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Adjust" }).ClickAsync();
        await page.ConfirmAsync("Adjust it", "two were broken");
        await Assertions.Expect(onHand).ToHaveTextAsync(Text(before + 5));
        await Assertions.Expect(page.Locator("section.card tbody tr").First).ToContainTextAsync("two were broken");
        await page.LookAsync("console-stock");

        await Site.GoAsync(page, "/console/audit");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "stock-adjusted" })).ToContainTextAsync(Person.Operator);
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "stock-received" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task All_products_are_listed_a_part_at_a_time_and_a_second_click_adds_none_twice()
    {
        var page = await site.OpenConsoleAsync("/console/stock");
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "Products" }).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(50);

        await page.EvaluateAsync(
            """
            () => {
              const more = [...document.querySelectorAll('button')].find(button => button.textContent === 'Show more');
              more.click();
              more.click();
            }
            """);

        await Assertions.Expect(rows).ToHaveCountAsync(65);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show more" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("mug");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_search_leaves_the_product_that_is_open_and_says_when_it_finds_none()
    {
        var page = await site.OpenConsoleAsync("/console/stock?sku=MUG-ENAM-01");
        await Assertions.Expect(page.Locator("section.card")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Searchbox).FillAsync("no such thing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();

        await Assertions.Expect(page.GetByText("No product is like that.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("section.card")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("bowl");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "BOWL-OAK-01" }).ClickAsync();
        await Assertions.Expect(page.Locator("section.card h2")).ToHaveTextAsync("BOWL-OAK-01");
    }

    [Fact]
    public async Task More_units_than_there_are_cannot_be_lost()
    {
        var page = await site.OpenConsoleAsync("/console/stock?sku=MUG-ENAM-01");
        await page.GetByLabel("Units found (+) or lost (−)").FillAsync("-100000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Adjust" }).ClickAsync();
        await page.ConfirmAsync("Adjust it", "a mistake");

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    private static async Task<int> NumberAsync(ILocator tile) =>
        int.Parse((await tile.InnerTextAsync()).Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
