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
            .SelectMany(File.ReadLines).Select(line => PageLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal).ToList();
        addresses.Count.ShouldBeGreaterThan(20);

        foreach (var (index, address) in addresses.Index())
        {
            var forms = Environment.GetEnvironmentVariable("SHOP_SCREENSHOTS") is { Length: > 0 } ? Forms : [Forms[index % Forms.Length]];
            foreach (var form in forms)
                await LookAtAsync(Filled(address, order), form);
        }
    }

    private async Task LookAtAsync(string address, (string Language, bool Phone, bool Dark) form)
    {
        var page = await OpenAsync(address, form);
        await Assertions.Expect(page.Locator("h1").First).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{address} scrolls sideways: {form}");
        await page.LookAsync($"every{address.Replace('/', '-')}-{form.Language}{(form.Phone ? "-phone" : "")}{(form.Dark ? "-dark" : "")}");
    }

    private async Task<IPage> OpenAsync(string address, (string Language, bool Phone, bool Dark) form)
    {
        if (address.StartsWith("/console", StringComparison.Ordinal))
            return await site.OpenConsoleAsync(address, form.Language, form.Phone, form.Dark);

        var page = await site.OpenAsync(form.Language, form.Phone, form.Dark);
        if (!address.StartsWith("/account/", StringComparison.Ordinal))
            await page.SignInAsync(Person.Customer, "/");
        // The pages of the account have no circuit.
        if (address.StartsWith("/account", StringComparison.Ordinal))
            await page.GotoAsync(address);
        else
            await Site.GoAsync(page, address);
        return page;
    }

    private static string Filled(string address, string order)
    {
        var filled = address.Replace("{OrderId:guid}", order, StringComparison.Ordinal).Replace("{Sku}", "MUG-STONE-01", StringComparison.Ordinal)
            .Replace("{Name}", "saga-watchdog", StringComparison.Ordinal);
        filled.ShouldNotContain("{", customMessage: "this test needs a value for it");
        return filled;
    }

    [GeneratedRegex("^@page \"([^\"]+)\"")]
    private static partial Regex PageLine();
}
