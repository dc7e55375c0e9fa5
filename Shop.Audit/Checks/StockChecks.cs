namespace Shop.Audit.Checks;

/// <summary>Product by product: what orders hold and have bought is what the stock says is reserved and sold.</summary>
internal static class StockChecks
{
    public static IEnumerable<Violation> Run(AuditInput input)
    {
        var held = Units(input, reservation => reservation.IsHeld);
        var sold = Units(input, reservation => reservation.IsSold);
        foreach (var sku in input.Stock.BySku.Keys.Union(held.Keys).Union(sold.Keys).Order(StringComparer.Ordinal))
        {
            var stock = input.Stock.BySku.GetValueOrDefault(sku) ?? new();
            if (stock.Reserved != held.GetValueOrDefault(sku))
                yield return Broken(sku, $"{held.GetValueOrDefault(sku)} reserved, as the reservations hold", stock.Reserved);
            if (stock.Sold - stock.Returned != sold.GetValueOrDefault(sku))
                yield return Broken(sku, $"{sold.GetValueOrDefault(sku)} sold, as the reservations confirmed", stock.Sold - stock.Returned);
            if (stock.Overdrawn is { } overdrawn)
                yield return Broken(sku, "0 ≤ reserved ≤ on hand at every moment", overdrawn);
        }
    }

    private static Dictionary<string, long> Units(AuditInput input, Func<Facts.ReservationFacts, bool> counts) =>
        input.Reservations.All.Values.Where(counts).SelectMany(reservation => reservation.Units)
            .GroupBy(units => units.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(units => units.Value), StringComparer.Ordinal);

    private static Violation Broken(string sku, string expected, object found) =>
        new(Promise.MoneyAndStockConserved, null, $"stock of {sku}", expected, $"{found}");
}
