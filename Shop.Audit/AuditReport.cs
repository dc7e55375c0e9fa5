using System.Globalization;

namespace Shop.Audit;

/// <summary>What the shop promises, and an audit checks.</summary>
public enum Promise
{
    /// <summary>Every accepted order ends: confirmed, rejected or cancelled.</summary>
    EveryOrderEnds,

    /// <summary>Confirmed ⇔ captured exactly once ⇔ stock sold exactly once; otherwise nothing is held, kept or sold.</summary>
    MoneyAndStockConserved,

    /// <summary>Nothing acknowledged is lost; nothing is applied twice.</summary>
    NothingLostOrRepeated,

    /// <summary>The logs are whole, and everything shown follows from them.</summary>
    EverythingProvable,
}

/// <summary>One thing that is not as promised.</summary>
/// <param name="OrderId">The order concerned, or null when it concerns a product, a store or the provider as a whole.</param>
/// <param name="Subject">What was looked at, such as <c>order</c>, <c>stock of MUG-1</c> or <c>store payment</c>.</param>
public sealed record Violation(Promise Promise, Guid? OrderId, string Subject, string Expected, string Found)
{
    public override string ToString() =>
        $"{Promise}: {(OrderId is { } id ? $"order {id:D}, " : "")}{Subject}: expected {Expected}, found {Found}";
}

/// <summary>Sums over everything that was read.</summary>
public sealed record AuditTotals
{
    public required int Confirmed { get; init; }

    public required int Rejected { get; init; }

    public required int Cancelled { get; init; }

    public required int Unfinished { get; init; }

    /// <summary>Kept at the provider, captured less refunded, in minor units by currency.</summary>
    public required IReadOnlyDictionary<string, long> KeptMinor { get; init; }

    public required int ProviderIntents { get; init; }

    public required long UnitsReceived { get; init; }

    /// <summary>Sold less returned.</summary>
    public required long UnitsSold { get; init; }

    public required long UnitsReserved { get; init; }

    public required long UnitsOnHand { get; init; }

    /// <summary>Events in all stores.</summary>
    public required long Events { get; init; }

    /// <summary>Rows of read models compared with a replay.</summary>
    public required long Rows { get; init; }

    /// <summary>Messages set aside for a person. Not a violation: they are kept, with their reason.</summary>
    public required int ParkedMessages { get; init; }
}

/// <param name="Orders">Orders checked.</param>
public sealed record AuditReport(int Orders, IReadOnlyList<Violation> Violations, AuditTotals Totals)
{
    public bool IsClean => Violations.Count == 0;

    /// <summary>Whether the provider's own books were compared.</summary>
    public bool ProviderChecked { get; init; } = true;

    public void Print(TextWriter output)
    {
        Line($"Audit of {Orders} orders: {Totals.Confirmed} confirmed, {Totals.Rejected} rejected, {Totals.Cancelled} cancelled, {Totals.Unfinished} unfinished.");
        Line($"  {Totals.Events} events and {Totals.Rows} read-model rows replayed, {Totals.ProviderIntents} payment intents at the provider.");
        if (!ProviderChecked)
            output.WriteLine("  The provider's books are not here: the shop's own were taken for them, and whether the provider agrees was not checked.");
        foreach (var (currency, minor) in Totals.KeptMinor.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Line($"  {currency} {minor / 100m:N2} kept at the provider.");
        Line($"  Stock in units: {Totals.UnitsReceived} received, {Totals.UnitsSold} sold, {Totals.UnitsReserved} reserved, {Totals.UnitsOnHand} on hand.");
        if (Totals.ParkedMessages > 0)
            Line($"  {Totals.ParkedMessages} messages are parked and wait for a person.");
        foreach (var violation in Violations)
            output.WriteLine($"  VIOLATION {violation}");
        output.WriteLine(IsClean ? "Audit clean: all four promises hold." : $"Audit failed: {Violations.Count} violations.");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
