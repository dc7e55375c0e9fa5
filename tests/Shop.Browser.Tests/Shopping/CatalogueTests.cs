using System.Text.RegularExpressions;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed partial class CatalogueTests(Site site)
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
    public async Task All_products_can_be_reached_and_a_department_shows_its_own()
    {
        var page = await site.OpenAsync();
        await Site.GoAsync(page, "/");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The first 48 products");

        await page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("65 products");
        await Assertions.Expect(page.Locator(".product")).ToHaveCountAsync(65);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show more" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("6 products");
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task More_of_what_is_no_longer_asked_for_is_not_shown()
    {
        var page = await site.OpenAsync();
        await Site.GoAsync(page, "/");

        await page.EvaluateAsync(
            """
            () => {
              const search = document.getElementById('search');
              search.value = 'mug';
              search.dispatchEvent(new Event('input', { bubbles: true }));
              [...document.querySelectorAll('button')].find(button => button.textContent === 'Show more').click();
            }
            """);

        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("3 products");
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

    [Fact]
    public async Task Styles_and_scripts_are_loaded_once_and_kept()
    {
        using var http = new HttpClient { BaseAddress = new(site.Url) };
        var files = Files().Matches(await http.GetStringAsync("/")).Select(match => match.Groups[1].Value).ToList();
        files.Count.ShouldBe(5, "Two colour schemes, our own styles, and two scripts.");
        foreach (var file in files)
        {
            using var answer = await http.GetAsync(file);
            answer.EnsureSuccessStatusCode().Headers.CacheControl.ShouldNotBeNull().ToString().ShouldContain("immutable", customMessage: file);
        }
    }

    // All but Blazor's own script, which the runtime names.
    [GeneratedRegex("(?:href|src)=\"((?!_framework)[^\"]+[.](?:css|js))\"")]
    private static partial Regex Files();
}
