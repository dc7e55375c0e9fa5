using Shop.Audit;

namespace Shop.Host.Tests.Audit;

/// <summary>Returns of single lines, followed from the order's lines to the provider.</summary>
public sealed class AuditedReturnTests
{
    private static readonly Guid Confirmed = TestShopLogs.Confirmed;
    private static readonly Guid First = Guid.Parse("0190a000-0000-7000-8000-00000000000a");
    private static readonly Guid Second = Guid.Parse("0190a000-0000-7000-8000-00000000000b");

    private readonly TestShopLogs shop = new();

    [Fact]
    public async Task Returns_that_were_restocked_and_refunded_are_clean()
    {
        shop.ReturnMug(First);
        shop.ReturnMug(Second);

        var report = await shop.AuditAsync();

        report.Violations.ShouldBeEmpty();
        report.Totals.KeptMinor.ShouldBe(new Dictionary<string, long> { ["GBP"] = 2_500 });
        report.Totals.UnitsSold.ShouldBe(1);
    }

    [Fact]
    public async Task A_refund_that_is_not_the_price_is_found()
    {
        shop.ReturnMug(First, refundMinor: 1_100);

        await ShouldFindAsync($"return {First:D}", "a refund of 1000, what was paid for its units", "1100");
        await ShouldFindAsync("provider", "3500 GBP kept for an order that is Confirmed", "3400");
    }

    [Fact]
    public async Task A_payment_that_gave_back_something_else_is_found()
    {
        shop.ReturnMug(First, paidBackMinor: 900);

        await ShouldFindAsync($"return {First:D}", "1000 GBP refunded by the payment", "900");
    }

    [Fact]
    public async Task Two_wrong_refunds_that_add_up_are_found()
    {
        shop.ReturnMug(First, paidBackMinor: 900);
        shop.ReturnMug(Second, paidBackMinor: 1_100);

        await ShouldFindAsync($"return {First:D}", "1000 GBP refunded by the payment", "900");
        await ShouldFindAsync($"return {Second:D}", "1000 GBP refunded by the payment", "1100");
    }

    [Fact]
    public async Task A_provider_that_gave_back_something_else_is_found()
    {
        shop.ReturnMug(First, atProviderMinor: 999);

        await ShouldFindAsync("provider", "3500 GBP kept for an order that is Confirmed", "3501");
    }

    [Fact]
    public async Task A_refund_that_took_effect_twice_is_found()
    {
        shop.ReturnMug(First);
        shop.ChangeIntent(Confirmed, intent => intent with { Refunds = 3, RefundedMinor = 3_000 });

        (await shop.AuditAsync()).Violations.ShouldContain(violation =>
            violation.Promise == Promise.NothingLostOrRepeated && violation.OrderId == Confirmed && violation.Expected == "at most one capture and 2 refunds");
    }

    [Fact]
    public async Task Units_that_did_not_come_back_are_found()
    {
        shop.ReturnMug(First);
        TestShopLogs.Forget(shop.Inventory, "stock-MUG", "stock-returned.v1");

        await ShouldFindAsync("stock of MUG", "1 sold for an order that is Confirmed", "2");
    }

    [Fact]
    public async Task A_return_that_nobody_asked_for_is_found()
    {
        shop.ReturnMug(First);
        TestShopLogs.Forget(shop.Order, recorded => recorded.Type.StartsWith("order-return-", StringComparison.Ordinal));

        await ShouldFindAsync("payment", "refunds of what was returned", $"one for return {First:D}, which the order does not know");
    }

    [Fact]
    public async Task A_return_that_does_not_end_is_found()
    {
        shop.ReturnMug(First, completed: false);

        (await shop.AuditAsync()).Violations.ShouldContain(violation =>
            violation.Promise == Promise.EveryOrderEnds && violation.OrderId == Confirmed && violation.Subject == $"return {First:D}");
    }

    [Fact]
    public async Task More_than_was_captured_is_found()
    {
        shop.ReturnMug(First, paidBackMinor: 5_000);

        (await shop.AuditAsync()).Violations.ShouldContain(violation => violation.Promise == Promise.EverythingProvable && violation.Expected == "refunds ≤ captured");
    }

    private async Task ShouldFindAsync(string subject, string expected, string found) => (await shop.AuditAsync()).Violations.ShouldContain(violation =>
        violation.Promise == Promise.MoneyAndStockConserved && violation.OrderId == Confirmed && violation.Subject == subject && violation.Expected == expected && violation.Found == found);
}
