namespace Shop.Host.Tests.Audit;

/// <summary>Of a shop whose provider is a real one.</summary>
public sealed class AuditWithoutProviderTests
{
    private readonly TestShopLogs shop = new();

    [Fact]
    public async Task Where_the_providers_books_are_not_to_be_had_the_shops_own_are_taken_and_the_report_says_so()
    {
        shop.ReturnMug(Guid.CreateVersion7());
        shop.Provider.Clear();
        var report = await shop.AuditAsync(withoutProvider: true);

        report.Violations.ShouldBeEmpty();
        (report.ProviderChecked, report.Totals.ProviderIntents).ShouldBe((false, 2));
        using var text = new StringWriter();
        report.Print(text);
        text.ToString().ShouldContain("whether the provider agrees was not checked");
        (await shop.AuditAsync()).Violations.ShouldNotBeEmpty("empty books are books");

        TestShopLogs.Forget(shop.Payment, $"payment-{TestShopLogs.Confirmed:D}", "payment-captured.v1");
        (await shop.AuditAsync(withoutProvider: true)).Violations.ShouldNotBeEmpty("the shop's own books must agree all the same");
    }
}
