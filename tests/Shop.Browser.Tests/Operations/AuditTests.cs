using System.Text;
using Shop.Browser.Tests.Running;
using Shop.EventSourcing.Storage;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class AuditTests(Site site)
{
    [Fact]
    public async Task An_order_broken_on_purpose_is_shown_with_its_evidence_while_others_are_green()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = (await api.OrderAsync("MUG-STONE-02")).GetProperty("orderId").GetString()!;
        var page = await site.OpenConsoleAsync("/console/audit");
        var money = page.Locator(".promises section", new() { HasText = "Money and stock are conserved" });
        await Assertions.Expect(money.Locator("strong")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("[1-9]"));

        await site.SneakAsync("payment", new()
        {
            Appends = [new($"payment-{order}", StreamAppend.AnyVersion, [new(Guid.CreateVersion7(), "payment-refunded.v1", Encoding.UTF8.GetBytes("""{"amountMinor":1}"""), null, TimeProvider.System.GetUtcNow())])],
        });

        await Assertions.Expect(money).ToContainTextAsync("Violations: ");
        var violation = page.Locator(".notice.bad", new() { HasText = order[^12..] });
        await Assertions.Expect(violation).ToContainTextAsync("payment");
        await violation.Locator("summary").ClickAsync();
        await Assertions.Expect(violation.Locator("pre")).ToContainTextAsync("payment-refunded.v1");
        await Assertions.Expect(page.Locator(".promises section", new() { HasText = "Every accepted order ends" })).ToContainTextAsync("As promised");
        await page.LookAsync("console-audit");
    }
}
