using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed class CartTests(Site site)
{
    [Fact]
    public async Task The_field_says_the_quantity_that_counts()
    {
        var page = await site.OpenAsync();
        await PutInAsync(page, "TRAY-OAK-01");
        await Site.GoAsync(page, "/cart");
        var field = page.Locator("#quantity-TRAY-OAK-01");

        foreach (var (typed, counts) in new[] { ("150", "99"), ("150", "99"), ("", "99"), ("1.5", "99"), ("0", "1"), ("-3", "1"), ("7", "7") })
        {
            await field.FillAsync(typed);
            await field.BlurAsync();
            await Assertions.Expect(field).ToHaveValueAsync(counts);
            await Assertions.Expect(page.Locator(".sum").First).ToContainTextAsync($"{counts} × ");
        }
    }

    [Fact]
    public async Task What_was_put_in_in_another_tab_stays()
    {
        var page = await site.OpenAsync();
        await PutInAsync(page, "TRAY-OAK-01");
        await Site.GoAsync(page, "/cart");
        await Assertions.Expect(page.Locator(".cart-line")).ToHaveCountAsync(1);
        await PutInAsync(await page.Context.NewPageAsync(), "PENCIL-12");

        await page.Locator("#quantity-TRAY-OAK-01").FillAsync("2");
        await page.Locator("#quantity-TRAY-OAK-01").BlurAsync();

        await Assertions.Expect(page.Locator(".cart-line")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".cart-link .count")).ToHaveTextAsync("3");
        await page.GotoAsync("/account/sign-in");
        await Assertions.Expect(page.Locator(".cart-link")).ToHaveTextAsync("Cart");
    }

    private static async Task PutInAsync(IPage page, string sku)
    {
        await Site.GoAsync(page, $"/p/{sku}");
        await page.Locator("form.quantity button").ClickAsync();
        await Assertions.Expect(page.Locator(".notice.good")).ToBeVisibleAsync();
    }
}
