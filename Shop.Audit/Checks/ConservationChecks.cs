using Shop.Audit.Facts;

namespace Shop.Audit.Checks;

/// <summary>
/// Order by order: confirmed means captured once, of exactly the total, and sold once, of exactly the lines, less what was returned
/// and the price paid for it; any other end means that nothing is held, kept or sold. An order that has not ended is in breach of another promise and not judged here.
/// </summary>
internal static class ConservationChecks
{
    public static IEnumerable<Violation> Run(AuditInput input)
    {
        var intents = input.Provider.ToLookup(intent => Guid.TryParse(intent.OrderId, out var id) ? id : Guid.Empty);
        foreach (var order in input.Orders.All.Values)
        {
            if (order.LinesTotalMinor != order.TotalMinor)
                yield return Broken(order.OrderId, "order", $"a total of {order.LinesTotalMinor}, the sum of its lines", $"{order.TotalMinor}");
            if (!order.HasEnded)
                continue;
            foreach (var violation in Returns(order, input.Payments.All.GetValueOrDefault(order.OrderId)))
                yield return violation;
            foreach (var violation in Money(order, input.Payments.All.GetValueOrDefault(order.OrderId), [.. intents[order.OrderId]]))
                yield return violation;
            foreach (var violation in Stock(order, input.Stock.Of(order.OrderId), input.Reservations.All.GetValueOrDefault(order.OrderId)))
                yield return violation;
        }

        foreach (var intent in input.Provider.Where(intent => !Guid.TryParse(intent.OrderId, out var id) || !input.Orders.All.ContainsKey(id)))
            yield return Broken(Guid.TryParse(intent.OrderId, out var id) ? id : null, $"provider's {intent.IntentId}", "an order that it pays for", "none");
        foreach (var orderId in input.Stock.Orders.Union(input.Reservations.All.Keys).Where(orderId => !input.Orders.All.ContainsKey(orderId)))
            yield return Broken(orderId, "stock", "an order that it is for", "none");
        foreach (var orderId in input.Payments.All.Keys.Where(orderId => !input.Orders.All.ContainsKey(orderId)))
            yield return Broken(orderId, "payment", "an order that it is for", "none");
    }

    private static IEnumerable<Violation> Money(OrderFacts order, PaymentFacts? payment, IReadOnlyList<ProviderIntent> intents)
    {
        var owed = order.Outcome == OrderOutcome.Confirmed ? order.TotalMinor - order.ReturnedMinor : 0;
        var captured = intents.Where(intent => intent.CapturedMinor > 0).ToArray();
        if (intents.Sum(intent => intent.KeptMinor) is var kept && kept != owed)
            yield return Broken(order.OrderId, "provider", $"{owed} {order.Currency} kept for an order that is {order.Outcome}", $"{kept}");
        if (order.Outcome == OrderOutcome.Confirmed && captured.Length != 1)
            yield return Broken(order.OrderId, "provider", "exactly one captured intent", $"{captured.Length}");
        foreach (var intent in intents.Where(intent => intent.IsHeld))
            yield return Broken(order.OrderId, $"provider's {intent.IntentId}", "no authorization left behind", intent.Status);
        foreach (var intent in captured.Where(intent => !intent.Currency.Equals(order.Currency, StringComparison.OrdinalIgnoreCase)))
            yield return Broken(order.OrderId, $"provider's {intent.IntentId}", $"captured in {order.Currency}", intent.Currency);

        if ((payment?.KeptMinor ?? 0) is var believed && believed != owed)
            yield return Broken(order.OrderId, "payment", $"{owed} {order.Currency} kept for an order that is {order.Outcome}", $"{believed}");
        if (payment is { IsHeld: true })
            yield return Broken(order.OrderId, "payment", "no authorization left behind", "one that is held");
    }

    /// <summary>Return by return: two wrong refunds that add up to the right sum are wrong.</summary>
    private static IEnumerable<Violation> Returns(OrderFacts order, PaymentFacts? payment)
    {
        foreach (var (returnId, back) in order.Returns)
        {
            if (back.RefundMinor != back.PriceMinor)
                yield return Broken(order.OrderId, $"return {returnId:D}", $"a refund of {back.PriceMinor}, what was paid for its units", $"{back.RefundMinor}");
            var refunded = payment?.Parts is { } parts && parts.TryGetValue(returnId, out var part) ? part : 0;
            if (back.IsCompleted && refunded != back.PriceMinor)
                yield return Broken(order.OrderId, $"return {returnId:D}", $"{back.PriceMinor} {order.Currency} refunded by the payment", $"{refunded}");
        }

        foreach (var returnId in (payment?.Parts.Keys ?? []).Where(returnId => !order.Returns.ContainsKey(returnId)))
            yield return Broken(order.OrderId, "payment", "refunds of what was returned", $"one for return {returnId:D}, which the order does not know");
    }

    private static IEnumerable<Violation> Stock(OrderFacts order, IReadOnlyDictionary<string, OrderStockFacts> movements, ReservationFacts? reservation)
    {
        var sells = order.Outcome == OrderOutcome.Confirmed;
        var returned = order.ReturnedUnits;
        foreach (var sku in order.Units.Keys.Union(movements.Keys).Order(StringComparer.Ordinal))
        {
            var due = sells ? order.Units.GetValueOrDefault(sku) - returned.GetValueOrDefault(sku) : 0;
            var movement = movements.GetValueOrDefault(sku) ?? new();
            if (movement.Sold - movement.Returned != due)
                yield return Broken(order.OrderId, $"stock of {sku}", $"{due} sold for an order that is {order.Outcome}", $"{movement.Sold - movement.Returned}");
            if (movement.Held != 0)
                yield return Broken(order.OrderId, $"stock of {sku}", "no reservation left behind", $"{movement.Held} reserved");
        }

        if (reservation is { IsHeld: true })
            yield return Broken(order.OrderId, "reservation", "none left behind", "one that is held");
        if ((reservation?.IsSold ?? false) != sells)
            yield return Broken(order.OrderId, "reservation", sells ? "confirmed" : "not confirmed, or returned", sells ? "not confirmed" : "confirmed");
    }

    private static Violation Broken(Guid? orderId, string subject, string expected, string found) =>
        new(Promise.MoneyAndStockConserved, orderId, subject, expected, found);
}
