using Shop.Audit;
using Shop.EventSourcing.Storage;

namespace Shop.Host.Tests.Audit;

public sealed class AuditorTests
{
    private static readonly Guid Confirmed = TestShopLogs.Confirmed;
    private static readonly Guid Rejected = TestShopLogs.Rejected;
    private static readonly Guid Cancelled = TestShopLogs.Cancelled;

    private readonly TestShopLogs shop = new();

    [Fact]
    public async Task A_shop_that_kept_its_promises_is_clean()
    {
        var report = await shop.AuditAsync();

        report.Violations.ShouldBeEmpty();
        report.Orders.ShouldBe(3);
        report.Totals.Confirmed.ShouldBe(1);
        report.Totals.Rejected.ShouldBe(1);
        report.Totals.Cancelled.ShouldBe(1);
        report.Totals.KeptMinor.ShouldBe(new Dictionary<string, long> { ["GBP"] = 4500 });
        report.Totals.UnitsReceived.ShouldBe(15);
        report.Totals.UnitsSold.ShouldBe(3);
        report.Totals.UnitsOnHand.ShouldBe(12);
        report.Totals.UnitsReserved.ShouldBe(0);
        using var text = new StringWriter();
        report.Print(text);
        text.ToString().ShouldContain("GBP 45.00 kept at the provider.");
        text.ToString().ShouldContain("Audit clean");
    }

    [Fact]
    public async Task An_order_that_did_not_end_is_found()
    {
        TestShopLogs.Forget(shop.Order, Stream("order", Rejected), "order-rejected.v1");

        await ShouldFindAsync(Promise.EveryOrderEnds, Rejected, "order", "not ended");
    }

    [Fact]
    public async Task An_order_without_a_saga_is_found()
    {
        TestShopLogs.Forget(shop.Saga, recorded => recorded.Stream == Stream("order-saga", Rejected));

        await ShouldFindAsync(Promise.EveryOrderEnds, Rejected, "saga", "none");
    }

    [Fact]
    public async Task A_saga_that_did_not_end_is_found()
    {
        TestShopLogs.Forget(shop.Saga, recorded => recorded.Position == shop.Saga.Log.FindLast(last => last.Stream == Stream("order-saga", Confirmed))!.Position);

        await ShouldFindAsync(Promise.EveryOrderEnds, Confirmed, "saga", "Confirming");
    }

    [Fact]
    public async Task A_saga_without_its_order_is_found()
    {
        var nobody = Guid.CreateVersion7();
        shop.Move(nobody, null, "Trying");

        await ShouldFindAsync(Promise.EveryOrderEnds, nobody, "saga", "none; the saga is Trying");
    }

    [Fact]
    public async Task A_call_to_the_provider_that_is_still_due_is_found()
    {
        TestShopLogs.Forget(shop.Payment, Stream("payment", Rejected), "payment-declined.v1");

        await ShouldFindAsync(Promise.EveryOrderEnds, Rejected, "payment", "authorization is due");
    }

    [Fact]
    public async Task A_confirmed_order_that_was_not_captured_is_found()
    {
        shop.ChangeIntent(Confirmed, intent => intent with { Status = "requires_capture", CapturedMinor = 0, Captures = 0 });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "provider", "0");
        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "provider's pi_1", "requires_capture");
    }

    [Fact]
    public async Task A_capture_of_another_amount_than_the_total_is_found()
    {
        shop.ChangeIntent(Confirmed, intent => intent with { CapturedMinor = 4499 });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "provider", "4499");
    }

    [Fact]
    public async Task A_capture_in_another_currency_is_found()
    {
        shop.ChangeIntent(Confirmed, intent => intent with { Currency = "usd" });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "provider's pi_1", "usd");
    }

    [Fact]
    public async Task Two_charges_for_one_order_are_found()
    {
        shop.Provider.Add(shop.Provider[0] with { IntentId = "pi_again" });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "provider", "9000");
        await ShouldFindAsync(Promise.NothingLostOrRepeated, Confirmed, "provider", "2");
    }

    [Fact]
    public async Task A_capture_that_took_effect_twice_is_found()
    {
        shop.ChangeIntent(Confirmed, intent => intent with { Captures = 2 });

        await ShouldFindAsync(Promise.NothingLostOrRepeated, Confirmed, "provider's pi_1", "2 captures, 0 refunds");
    }

    [Fact]
    public async Task Money_kept_for_a_rejected_order_is_found()
    {
        shop.ChangeIntent(Rejected, intent => intent with { Status = "succeeded", CapturedMinor = 4500, Captures = 1 });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Rejected, "provider", "4500");
    }

    [Fact]
    public async Task An_authorization_left_behind_is_found()
    {
        shop.ChangeIntent(Rejected, intent => intent with { Status = "requires_capture" });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Rejected, "provider's pi_2", "requires_capture");
    }

    [Fact]
    public async Task A_refund_that_was_not_made_is_found_in_both_books()
    {
        shop.ChangeIntent(Cancelled, intent => intent with { RefundedMinor = 0, Refunds = 0 });
        TestShopLogs.Forget(shop.Payment, Stream("payment", Cancelled), "payment-refunded.v1");

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Cancelled, "provider", "4500");
        await ShouldFindAsync(Promise.MoneyAndStockConserved, Cancelled, "payment", "4500");
        await ShouldFindAsync(Promise.EveryOrderEnds, Cancelled, "payment", "refund is due");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not-an-id")]
    [InlineData("0190a000-0000-7000-8000-00000000ffff")]
    public async Task A_payment_without_an_order_is_found(string? orderId)
    {
        shop.Provider.Add(shop.Provider[1] with { IntentId = "pi_stray", OrderId = orderId });

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Guid.TryParse(orderId, out var id) ? id : null, "provider's pi_stray", "none");
    }

    [Fact]
    public async Task Stock_that_was_not_sold_for_a_confirmed_order_is_found()
    {
        TestShopLogs.Forget(shop.Inventory, recorded => recorded.Type == "stock-sold.v1" && recorded.Stream == "stock-MUG" && recorded.Version == 3);

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "stock of MUG", "0");
        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "stock of MUG", "2 reserved");
        await ShouldFindAsync(Promise.MoneyAndStockConserved, null, "stock of MUG", "2");
    }

    [Fact]
    public async Task Stock_sold_twice_for_one_order_is_found()
    {
        shop.Stock("BOWL", "stock-reserved.v1", Confirmed, 1);
        shop.Stock("BOWL", "stock-sold.v1", Confirmed, 1);

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "stock of BOWL", "2");
        await ShouldFindAsync(Promise.NothingLostOrRepeated, Confirmed, "stock of BOWL", "2 times");
    }

    [Fact]
    public async Task A_reservation_left_behind_is_found()
    {
        TestShopLogs.Forget(shop.Inventory, Stream("reservation", Rejected), "reservation-cancelled.v1");
        TestShopLogs.Forget(shop.Inventory, "stock-MUG", "stock-released.v1");

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Rejected, "reservation", "one that is held");
        await ShouldFindAsync(Promise.MoneyAndStockConserved, Rejected, "stock of MUG", "2 reserved");
    }

    [Fact]
    public async Task Stock_held_for_nobody_is_found()
    {
        var nobody = Guid.CreateVersion7();
        shop.Reserve(nobody);

        await ShouldFindAsync(Promise.MoneyAndStockConserved, nobody, "stock", "none");
    }

    [Fact]
    public async Task Overselling_is_found_even_when_it_was_made_up_for_later()
    {
        var buyer = Guid.CreateVersion7();
        shop.Stock("BOWL", "stock-reserved.v1", buyer, 5);
        shop.Stock("BOWL", "stock-released.v1", buyer, 5);

        await ShouldFindAsync(Promise.MoneyAndStockConserved, null, "stock of BOWL", "5 reserved of 4 on hand after version 10");
    }

    [Fact]
    public async Task A_total_that_is_not_the_sum_of_the_lines_is_found()
    {
        var order = shop.Order.Log.Find(recorded => recorded.Type == "order-placed.v1")!;
        var changed = System.Text.Encoding.UTF8.GetString(order.Data).Replace("4500", "4501", StringComparison.Ordinal);
        shop.Order.Log[(int)order.Position - 1] = order with { Data = System.Text.Encoding.UTF8.GetBytes(changed) };

        await ShouldFindAsync(Promise.MoneyAndStockConserved, Confirmed, "order", "4501");
    }

    [Fact]
    public async Task A_promised_order_that_does_not_exist_is_found()
    {
        var lost = Guid.CreateVersion7();
        shop.Order.Append("request-lost", "request-accepted.v1", $$"""{"orderId":"{{lost:D}}"}""");

        await ShouldFindAsync(Promise.NothingLostOrRepeated, lost, "request-lost", "none");
    }

    [Fact]
    public async Task A_message_that_has_not_left_is_found()
    {
        var id = Guid.CreateVersion7();
        shop.Saga.Outbox.Add(Message(id, Confirmed, dueAt: null));

        await ShouldFindAsync(Promise.NothingLostOrRepeated, Confirmed, "outbox of store saga", $"urn:message:Deadline {id:D} that has not left");
    }

    [Fact]
    public async Task A_message_scheduled_for_an_ended_order_is_found_and_one_for_nobody_is_not()
    {
        var due = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        shop.Saga.Outbox.Add(Message(Guid.CreateVersion7(), Guid.CreateVersion7(), due));
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();

        shop.Saga.Outbox.Add(Message(Guid.CreateVersion7(), Rejected, due));

        await ShouldFindAsync(Promise.NothingLostOrRepeated, Rejected, "outbox of store saga", "urn:message:Deadline due at 2026-01-01T00:00:00.0000000+00:00");
    }

    [Fact]
    public async Task A_hole_in_a_log_is_found()
    {
        shop.Payment.Log.RemoveAll(recorded => recorded.Position == 2);

        await ShouldFindAsync(Promise.EverythingProvable, null, "store payment, log", $"position 3 ({Stream("payment", Confirmed)})");
        await ShouldFindAsync(Promise.EverythingProvable, null, $"store payment, {Stream("payment", Confirmed)}", "version 3 at position 3");
    }

    [Fact]
    public async Task An_event_that_cannot_have_happened_is_found()
    {
        shop.Order.Append(Stream("order", Rejected), "order-confirmed.v1", "{}");

        await ShouldFindAsync(Promise.EverythingProvable, null, $"store order, {Stream("order", Rejected)} version 3", "Confirmed");
    }

    [Theory]
    [InlineData("order-teleported.v1", "{}", "order-teleported.v1")]
    [InlineData("order-placed.v1", "{}", "The given key was not present in the dictionary.")]
    public async Task An_event_that_cannot_be_read_is_found(string type, string json, string found)
    {
        var id = Guid.CreateVersion7();
        shop.Order.Append(Stream("order", id), type, json);

        await ShouldFindAsync(Promise.EverythingProvable, null, $"store order, {Stream("order", id)} version 1", found);
    }

    private static string Stream(string category, Guid id) => $"{category}-{id:D}";

    private static OutboxMessage Message(Guid id, Guid orderId, DateTimeOffset? dueAt) => new(
        id, "queue:order-saga", "application/json", "urn:message:Deadline", System.Text.Encoding.UTF8.GetBytes($$"""{"message":{"orderId":"{{orderId:D}}"} }"""), null, default, dueAt);

    private async Task ShouldFindAsync(Promise promise, Guid? orderId, string subject, string found)
    {
        var report = await shop.AuditAsync();
        report.IsClean.ShouldBeFalse();
        report.Violations.ShouldContain(
            violation => violation.Promise == promise && violation.OrderId == orderId && violation.Subject == subject && violation.Found == found,
            string.Join('\n', report.Violations));
    }
}
