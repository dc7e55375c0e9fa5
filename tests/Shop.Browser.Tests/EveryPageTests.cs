using System.Text.RegularExpressions;
using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests;

/// <summary>
/// Every page that the sources name, each as another visitor would see it. With <c>SHOP_SCREENSHOTS</c> each in all four forms, with
/// pictures for people to look at.
/// </summary>
[Collection(Site.Collection)]
public sealed partial class EveryPageTests(Site site)
{
    private static readonly (string Language, bool Phone, bool Dark)[] Forms = [("en", false, false), ("zh-CN", true, false), ("en", true, true), ("zh-CN", false, true)];

    [Fact]
    public async Task No_page_has_a_serious_violation_or_scrolls_sideways()
    {
        var order = await (await site.OpenAsync()).BuyAsync("MUG-STONE-01");
        var addresses = Directory.EnumerateFiles(HostUnderTest.Sources("Storefront"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(line => PageLine().Match(line)).Where(match => match.Success).Select(match => Filled(match.Groups[1].Value, order))
            .Order(StringComparer.Ordinal).ToList();
        addresses.Count.ShouldBeGreaterThan(20);

        var all = Environment.GetEnvironmentVariable("SHOP_SCREENSHOTS") is { Length: > 0 };
        foreach (var (number, form) in Forms.Index())
        {
            foreach (var visitor in addresses.Where((_, index) => all || index % Forms.Length == number).GroupBy(VisitorOf))
            {
                var page = await OpenAsync(visitor.Key, form);
                foreach (var address in visitor)
                    await LookAtAsync(page, address, form);
            }
        }
    }

    [Fact]
    public async Task A_serious_violation_is_found()
    {
        var page = await site.OpenAsync();
        await page.SetContentAsync("<html lang='en'><title>Unseen</title><main><img src='shop.svg'></main></html>");

        (await Site.ViolationsAsync(page)).ShouldHaveSingleItem().ShouldContain("image-alt");
    }

    private async Task<IPage> OpenAsync(Visitor visitor, (string Language, bool Phone, bool Dark) form)
    {
        if (visitor == Visitor.Operator)
            return await site.OpenConsoleAsync("/console", form.Language, form.Phone, form.Dark);

        var page = await site.OpenAsync(form.Language, form.Phone, form.Dark);
        if (visitor == Visitor.Customer)
            await page.SignInAsync(Person.Customer, "/");
        return page;
    }

    private static async Task LookAtAsync(IPage page, string address, (string Language, bool Phone, bool Dark) form)
    {
        // The pages of the account have no circuit.
        if (address.StartsWith("/account", StringComparison.Ordinal))
            await page.GotoAsync(address);
        else
            await Site.GoAsync(page, address);
        await Assertions.Expect(page.Locator("h1").First).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{address} scrolls sideways: {form}");
        await page.LookAsync($"every{address.Replace('/', '-')}-{form.Language}{(form.Phone ? "-phone" : "")}{(form.Dark ? "-dark" : "")}");
    }

    private static Visitor VisitorOf(string address) => address switch
    {
        _ when address.StartsWith("/console", StringComparison.Ordinal) => Visitor.Operator,
        _ when address.StartsWith("/account/", StringComparison.Ordinal) => Visitor.Stranger,
        _ => Visitor.Customer,
    };

    private static string Filled(string address, string order)
    {
        var filled = address.Replace("{OrderId:guid}", order, StringComparison.Ordinal).Replace("{Sku}", "MUG-STONE-01", StringComparison.Ordinal)
            .Replace("{Name}", "saga-watchdog", StringComparison.Ordinal).Replace("{Status:int}", "400", StringComparison.Ordinal);
        filled.ShouldNotContain("{", customMessage: "this test needs a value for it");
        return filled;
    }

    [GeneratedRegex("^@page \"([^\"]+)\"")]
    private static partial Regex PageLine();

    private enum Visitor
    {
        Stranger,
        Customer,
        Operator,
    }
}
