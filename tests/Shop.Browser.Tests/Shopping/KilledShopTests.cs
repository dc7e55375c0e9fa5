using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

/// <summary>On a host of its own, which is killed while somebody looks.</summary>
[Collection(Site.WithoutHost)]
public sealed class KilledShopTests(SiteWithoutHost site)
{
    [Fact]
    public async Task An_order_that_is_watched_while_the_shop_is_killed_is_shown_as_it_ended()
    {
        await using var host = await HostUnderTest.StartAsync(new Dictionary<string, string?> { ["Sandbox__SlowSeconds"] = "4" });
        var page = await site.OpenAsync(url: host.Url);
        await page.BuyAsync("LAMP-DESK-01", card: 3);
        await Assertions.Expect(page.Locator(".step.done[data-step=reserved]")).ToBeVisibleAsync();

        await host.KillAsync();
        await Assertions.Expect(page.GetByText("The connection to the shop is lost. Connecting again…")).ToBeVisibleAsync();
        await host.StartAgainAsync();

        await Assertions.Expect(page.Locator(".step.done[data-step=confirmed]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("The connection to the shop is lost. Connecting again…")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".account")).ToHaveTextAsync(Person.Customer);
    }
}
