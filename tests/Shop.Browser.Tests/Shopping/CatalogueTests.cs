using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed class CatalogueTests(Site site)
{
    [Fact]
    public async Task A_word_finds_the_products_that_have_it()
    {
        var page = await site.OpenAsync();
        await Site.GoAsync(page, "/");

        await page.GetByLabel("Search the catalogue").FillAsync("mug");

        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("3 products");
        await Assertions.Expect(page.Locator(".product h2")).ToHaveTextAsync(["Enamel camping mug", "Stoneware mug, chalk", "Stoneware mug, slate"]);
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_Chinese_browser_is_greeted_in_Chinese_and_may_choose_English()
    {
        var page = await site.OpenAsync("zh-CN", phone: true, dark: true);
        await Site.GoAsync(page, "/");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("居家好物");
        await Site.CheckAccessibilityAsync(page);

        await page.GetByText("English").ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Good things for the house");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }
}
