namespace Shop.Audit.Checks;

/// <summary>Nothing acknowledged is lost; nothing is applied twice.</summary>
internal static class DeliveryChecks
{
    public static IEnumerable<Violation> Run(AuditInput input)
    {
        foreach (var (request, orderId) in input.Orders.AcceptedRequests.Where(request => !input.Orders.All.ContainsKey(request.Value)))
            yield return Broken(orderId, request, "the order that was promised under this key", "none");
        foreach (var twice in input.Orders.AcceptedRequests.GroupBy(request => request.Value).Where(requests => requests.Count() > 1))
            yield return Broken(twice.Key, "request", "one key per order", $"{twice.Count()} keys");

        foreach (var intent in input.Provider.Where(intent => intent.Captures > 1 || intent.Refunds > 1))
        {
            // One for each return, and one for what a cancellation found left.
            var refunds = (OrderId(intent) is { } id ? input.Payments.All.GetValueOrDefault(id)?.Parts.Count ?? 0 : 0) + 1;
            if (intent.Captures > 1 || intent.Refunds > refunds)
                yield return Broken(OrderId(intent), $"provider's {intent.IntentId}", $"at most one capture and {(refunds == 1 ? "one refund" : $"{refunds} refunds")}", $"{intent.Captures} captures, {intent.Refunds} refunds");
        }

        foreach (var several in input.Provider.GroupBy(intent => intent.OrderId).Where(intents => intents.Key is not null && intents.Count() > 1))
            yield return Broken(OrderId(several.First()), "provider", "one intent per order", $"{several.Count()}");
        foreach (var (orderId, payment) in input.Payments.All.Where(payment => payment.Value.Captures > 1))
            yield return Broken(orderId, "payment", "at most one capture", $"{payment.Captures}");
        foreach (var orderId in input.Stock.Orders)
        {
            foreach (var (sku, movement) in input.Stock.Of(orderId).Where(movement => movement.Value.Sales > 1))
                yield return Broken(orderId, $"stock of {sku}", "sold at most once", $"{movement.Sales} times");
        }

        foreach (var store in input.Stores)
        {
            foreach (var message in store.Outbox)
            {
                if (message.DueAt is null)
                    yield return Broken(message.OrderId, $"outbox of store {store.Name}", "delivered messages", $"{message.MessageType} {message.Id:D} that has not left");
                else if (message.OrderId is { } orderId && input.Orders.All.GetValueOrDefault(orderId) is { HasEnded: true })
                    yield return Broken(orderId, $"outbox of store {store.Name}", "nothing scheduled for an order that has ended", $"{message.MessageType} due at {message.DueAt:O}");
            }
        }
    }

    private static Guid? OrderId(ProviderIntent intent) => Guid.TryParse(intent.OrderId, out var id) ? id : null;

    private static Violation Broken(Guid? orderId, string subject, string expected, string found) =>
        new(Promise.NothingLostOrRepeated, orderId, subject, expected, found);
}
