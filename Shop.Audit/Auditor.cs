using Shop.Audit.Checks;
using Shop.Audit.Reading;

namespace Shop.Audit;

/// <summary>
/// Checks the four promises from the stores' logs and the provider's ledger, without the services' code. Run it when nothing
/// is under way: it reads the stores one after the other, and an order that moves meanwhile shows as a violation.
/// </summary>
public static class Auditor
{
    /// <param name="provider">The provider's books; null when they are not to be had: then the shop's own are taken for them.</param>
    public static async Task<AuditReport> RunAsync(
        IReadOnlyList<AuditedStore> stores, IReadOnlyList<ProviderIntent>? provider, CancellationToken cancellationToken = default)
    {
        var input = new AuditInput();
        foreach (var store in stores)
            await new StoreReader(store, input).ReadAsync(cancellationToken);
        return Audit(input.With(provider ?? input.Payments.AsProvider(input.Payments.All.Keys))) with { ProviderChecked = provider is not null };
    }

    /// <summary>The verdict on what was read. Pure.</summary>
    public static AuditReport Audit(AuditInput input)
    {
        Violation[] violations =
        [
            .. EndChecks.Run(input),
            .. ConservationChecks.Run(input),
            .. StockChecks.Run(input),
            .. DeliveryChecks.Run(input),
            .. LogChecks.Run(input),
        ];
        return new(
            input.Orders.All.Count,
            [.. violations.OrderBy(violation => violation.Promise).ThenBy(violation => violation.OrderId).ThenBy(violation => violation.Subject, StringComparer.Ordinal)],
            Totals(input));
    }

    private static AuditTotals Totals(AuditInput input)
    {
        var outcomes = input.Orders.All.Values.CountBy(order => order.Outcome).ToDictionary();
        var stock = input.Stock.BySku.Values;
        return new()
        {
            Confirmed = outcomes.GetValueOrDefault(Facts.OrderOutcome.Confirmed),
            Rejected = outcomes.GetValueOrDefault(Facts.OrderOutcome.Rejected),
            Cancelled = outcomes.GetValueOrDefault(Facts.OrderOutcome.Cancelled),
            Unfinished = outcomes.GetValueOrDefault(Facts.OrderOutcome.Unfinished),
            KeptMinor = input.Provider
                .GroupBy(intent => intent.Currency.ToUpperInvariant(), StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(intent => intent.KeptMinor), StringComparer.Ordinal),
            ProviderIntents = input.Provider.Count,
            UnitsReceived = stock.Sum(item => item.Received + item.Adjusted),
            UnitsSold = stock.Sum(item => item.Sold - item.Returned),
            UnitsReserved = stock.Sum(item => item.Reserved),
            UnitsOnHand = stock.Sum(item => item.OnHand),
            Events = input.Stores.Sum(store => store.Events),
            Rows = input.Stores.Sum(store => store.Rows),
            ParkedMessages = input.Stores.Sum(store => store.ParkedMessages),
        };
    }
}
