namespace Shop.Audit.Checks;

/// <summary>Every accepted order ends, and so does everything that was started for it.</summary>
internal static class EndChecks
{
    public static IEnumerable<Violation> Run(AuditInput input)
    {
        foreach (var order in input.Orders.All.Values)
        {
            if (!order.HasEnded)
                yield return Broken(order.OrderId, "order", "confirmed, rejected or cancelled", "not ended");
            if (!input.Sagas.All.TryGetValue(order.OrderId, out var saga))
                yield return Broken(order.OrderId, "saga", "one that carries the order", "none");
            else if (order.HasEnded && saga.State != order.Outcome.ToString())
                yield return Broken(order.OrderId, "saga", $"ended as {order.Outcome}", saga.State ?? "no state");
            foreach (var (returnId, _) in order.Returns.Where(back => !back.Value.IsCompleted && order.Outcome == Facts.OrderOutcome.Confirmed))
                yield return Broken(order.OrderId, $"return {returnId:D}", "restocked and refunded", "not completed");
            if (input.Payments.All.GetValueOrDefault(order.OrderId)?.Due is { } due)
                yield return Broken(order.OrderId, "payment", "nothing asked of the provider without an answer", $"{due} is due");
        }

        foreach (var (orderId, saga) in input.Sagas.All.Where(saga => !input.Orders.All.ContainsKey(saga.Key)))
            yield return Broken(orderId, "saga", "the order that it carries", $"none; the saga is {saga.State}");
    }

    private static Violation Broken(Guid orderId, string subject, string expected, string found) =>
        new(Promise.EveryOrderEnds, orderId, subject, expected, found);
}
