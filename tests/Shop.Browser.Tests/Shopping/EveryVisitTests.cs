using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

/// <summary>What is around each page.</summary>
[Collection(Site.Collection)]
public sealed class EveryVisitTests(Site site)
{
    [Fact]
    public async Task The_menu_can_be_skipped_on_every_page()
    {
        var page = await site.OpenAsync();
        await Site.GoAsync(page, "/p/MUG-STONE-01");
        await Assertions.Expect(page.Locator(".skip")).ToHaveAttributeAsync("href", "/p/MUG-STONE-01#main");

        await page.Locator(".skip").FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("#main")).ToBeFocusedAsync();
        page.Url.ShouldContain("/p/MUG-STONE-01");
    }

    [Fact]
    public async Task A_page_that_fails_says_so_and_can_be_loaded_anew()
    {
        var page = await site.OpenAsync(phone: true);
        await Site.GoAsync(page, "/");
        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        await page.RouteAsync("**/cart.js*", route => route.FulfillAsync(new() { ContentType = "text/javascript", Body = "export function readCart() { throw new Error('broken on purpose'); }" }));
        await page.ReloadAsync();

        await Assertions.Expect(page.GetByText("Something went wrong on this page. What you did before is kept.")).ToBeVisibleAsync();
        await Site.CheckAccessibilityAsync(page);
        await page.UnrouteAllAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Reload the page" }).ClickAsync();

        await Assertions.Expect(page.Locator(".cart-link .count")).ToHaveTextAsync("0");
        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_word_does_not_widen_the_page(bool phone)
    {
        var page = await site.OpenAsync(phone: phone);
        await Site.GoAsync(page, "/");

        await page.EvaluateAsync("document.querySelectorAll('.account, h1, .product h2').forEach(place => place.textContent = 'x'.repeat(200))");

        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue();
    }
}
