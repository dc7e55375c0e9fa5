using System.Text;
using Shop.Audit;
using Shop.EventSourcing.Storage;

namespace Shop.Host.Tests.Audit;

/// <summary>
/// The stored events of a small shop, written by hand as the services store them: one confirmed order of 2 MUG and 1 BOWL for
/// 45.00, one rejected because its card was declined, one cancelled after it was confirmed.
/// </summary>
internal sealed class TestShopLogs
{
    public static readonly Guid Confirmed = Guid.Parse("0190a000-0000-7000-8000-000000000001");
    public static readonly Guid Rejected = Guid.Parse("0190a000-0000-7000-8000-000000000002");
    public static readonly Guid Cancelled = Guid.Parse("0190a000-0000-7000-8000-000000000003");

    public TestShopLogs()
    {
        Inventory.Append("product-MUG", "product-listed.v1", """{"sku":"MUG","name":"Mug","description":"","unitPriceMinor":1000,"currency":"GBP","initialStock":10}""");
        Inventory.Append("stock-MUG", "stock-received.v1", """{"sku":"MUG","quantity":10}""");
        Inventory.Append("stock-BOWL", "stock-received.v1", """{"sku":"BOWL","quantity":6}""");
        Inventory.Append("stock-BOWL", "stock-adjusted.v1", """{"sku":"BOWL","delta":-1,"reason":"broken"}""");
        Confirm(Confirmed);
        Reject();
        Confirm(Cancelled);
        Undo();
    }

    public LogEngine Order { get; } = new();

    public LogEngine Inventory { get; } = new();

    public LogEngine Payment { get; } = new();

    public LogEngine Saga { get; } = new();

    public List<ProviderIntent> Provider { get; } = [];

    public Task<AuditReport> AuditAsync(bool withoutProvider = false) => Auditor.RunAsync(
        [new("order", Order, [], []), new("inventory", Inventory, [], []), new("payment", Payment, [], []), new("saga", Saga, [], [])], withoutProvider ? null : Provider);

    /// <summary>Takes events out of a log and closes the gaps, as if they had never been written.</summary>
    public static void Forget(LogEngine store, Predicate<RecordedEvent> which)
    {
        var kept = store.Log.Where(recorded => !which(recorded)).ToArray();
        store.Log.Clear();
        foreach (var recorded in kept)
            store.Append(recorded.Stream, recorded.Type, Encoding.UTF8.GetString(recorded.Data));
    }

    public static void Forget(LogEngine store, string stream, string type) => Forget(store, recorded => recorded.Stream == stream && recorded.Type == type);

    public void ChangeIntent(Guid orderId, Func<ProviderIntent, ProviderIntent> change)
    {
        var index = Provider.FindIndex(intent => intent.OrderId == orderId.ToString("D"));
        Provider[index] = change(Provider[index]);
    }

    public void Place(Guid orderId)
    {
        Order.Append($"request-{orderId:D}", "request-accepted.v1", $$"""{"key":"k","customerScope":"c","bodyHash":"h","orderId":"{{orderId:D}}"}""");
        Order.Append(
            $"order-{orderId:D}", "order-placed.v1",
            $$"""{"orderId":"{{orderId:D}}","lines":[{"sku":"MUG","quantity":1,"unitPriceMinor":1000},{"sku":"BOWL","quantity":1,"unitPriceMinor":2500},{"sku":"MUG","quantity":1,"unitPriceMinor":1000}],"currency":"GBP","totalMinor":4500,"paymentMethod":"pm_card_visa"}""");
        Move(orderId, null, "Trying");
    }

    public void Move(Guid orderId, string? from, string to) => Saga.Append(
        $"order-saga-{orderId:D}", "saga-transitioned.v1",
        $$"""{"from":{{(from is null ? "null" : $"\"{from}\"")}},"to":"{{to}}","on":"Something","changes":{"currentState":"{{to}}"} }""");

    public void Stock(string sku, string type, Guid orderId, int quantity) =>
        Inventory.Append($"stock-{sku}", type, $$"""{"orderId":"{{orderId:D}}","quantity":{{quantity}}}""");

    public void Reserve(Guid orderId)
    {
        Stock("MUG", "stock-reserved.v1", orderId, 2);
        Stock("BOWL", "stock-reserved.v1", orderId, 1);
        Inventory.Append(
            $"reservation-{orderId:D}", "reservation-held.v1",
            $$"""{"orderId":"{{orderId:D}}","lines":[{"sku":"MUG","quantity":1},{"sku":"BOWL","quantity":1},{"sku":"MUG","quantity":1}],"leaseNumber":1}""");
    }

    /// <summary>One MUG of the confirmed order goes back, for 10.00, or for what is said.</summary>
    public void ReturnMug(Guid returnId, long refundMinor = 1_000, long? paidBackMinor = null, long? atProviderMinor = null, bool completed = true)
    {
        var paidBack = paidBackMinor ?? refundMinor;
        Order.Append(
            $"order-{Confirmed:D}", "order-return-requested.v1",
            $$"""{"returnId":"{{returnId:D}}","lines":[{"line":0,"sku":"MUG","quantity":1,"unitPriceMinor":1000}],"refundMinor":{{refundMinor}},"reason":"cracked"}""");
        Move(Confirmed, "Confirmed", "Returning");
        Inventory.Append($"reservation-{Confirmed:D}", "reservation-lines-returned.v1", $$"""{"returnId":"{{returnId:D}}","lines":[{"sku":"MUG","quantity":1}],"reason":"cracked"}""");
        Stock("MUG", "stock-returned.v1", Confirmed, 1);
        Payment.Append($"payment-{Confirmed:D}", "payment-part-refund-requested.v1", $$"""{"returnId":"{{returnId:D}}","amountMinor":{{paidBack}},"reason":"cracked"}""");
        Payment.Append($"payment-{Confirmed:D}", "payment-part-refunded.v1", $$"""{"returnId":"{{returnId:D}}","amountMinor":{{paidBack}} }""");
        ChangeIntent(Confirmed, intent => intent with { RefundedMinor = intent.RefundedMinor + (atProviderMinor ?? paidBack), Refunds = intent.Refunds + 1 });
        if (!completed)
            return;
        Order.Append($"order-{Confirmed:D}", "order-return-completed.v1", $$"""{"returnId":"{{returnId:D}}"}""");
        Move(Confirmed, "Returning", "Confirmed");
    }

    private void Confirm(Guid orderId)
    {
        Place(orderId);
        Reserve(orderId);
        Payment.Append($"payment-{orderId:D}", "payment-authorization-requested.v1", $$"""{"orderId":"{{orderId:D}}","amountMinor":4500,"currency":"GBP"}""");
        Payment.Append($"payment-{orderId:D}", "payment-authorized.v1", """{"intentId":"pi_1"}""");
        Move(orderId, "Trying", "Confirming");
        Stock("MUG", "stock-sold.v1", orderId, 2);
        Stock("BOWL", "stock-sold.v1", orderId, 1);
        Inventory.Append($"reservation-{orderId:D}", "reservation-confirmed.v1", "{}");
        Payment.Append($"payment-{orderId:D}", "payment-capture-requested.v1", "{}");
        Payment.Append($"payment-{orderId:D}", "payment-captured.v1", """{"amountMinor":4500}""");
        Provider.Add(new($"pi_{Provider.Count + 1}", $"{orderId:D}", 4500, "gbp", "succeeded", 4500, 0, 1, 0));
        Order.Append($"order-{orderId:D}", "order-confirmed.v1", "{}");
        Move(orderId, "Confirming", "Confirmed");
    }

    private void Reject()
    {
        Place(Rejected);
        Reserve(Rejected);
        Payment.Append($"payment-{Rejected:D}", "payment-authorization-requested.v1", $$"""{"orderId":"{{Rejected:D}}","amountMinor":4500,"currency":"GBP"}""");
        Payment.Append($"payment-{Rejected:D}", "payment-declined.v1", """{"reason":"card_declined"}""");
        Provider.Add(new($"pi_{Provider.Count + 1}", $"{Rejected:D}", 4500, "gbp", "requires_payment_method", 0, 0, 0, 0));
        Stock("MUG", "stock-released.v1", Rejected, 2);
        Stock("BOWL", "stock-released.v1", Rejected, 1);
        Inventory.Append($"reservation-{Rejected:D}", "reservation-cancelled.v1", """{"reason":"card_declined"}""");
        Order.Append($"order-{Rejected:D}", "order-rejected.v1", """{"reason":"card_declined"}""");
        Move(Rejected, "Trying", "Rejected");
    }

    private void Undo()
    {
        Order.Append($"order-{Cancelled:D}", "order-cancellation-requested.v1", """{"reason":"changed my mind"}""");
        Move(Cancelled, "Confirmed", "Compensating");
        Stock("MUG", "stock-returned.v1", Cancelled, 2);
        Stock("BOWL", "stock-returned.v1", Cancelled, 1);
        Inventory.Append($"reservation-{Cancelled:D}", "reservation-returned.v1", """{"reason":"changed my mind"}""");
        Payment.Append($"payment-{Cancelled:D}", "payment-refund-requested.v1", """{"reason":"changed my mind"}""");
        Payment.Append($"payment-{Cancelled:D}", "payment-refunded.v1", """{"amountMinor":4500}""");
        ChangeIntent(Cancelled, intent => intent with { RefundedMinor = 4500, Refunds = 1 });
        Order.Append($"order-{Cancelled:D}", "order-cancelled.v1", """{"reason":"changed my mind"}""");
        Move(Cancelled, "Compensating", "Cancelled");
    }
}
