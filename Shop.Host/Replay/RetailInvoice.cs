namespace Shop.Host.Replay;

/// <summary>Why an invoice of the file is not an order.</summary>
public enum SkipReason
{
    /// <summary>Its number starts with C.</summary>
    Cancellation,

    /// <summary>A line has a quantity of 0 or less: a stock write-off.</summary>
    NonPositiveQuantity,

    /// <summary>A line has a price of 0 or less.</summary>
    NonPositivePrice,
}

/// <param name="Code">The product's code; codes that differ by case are different products.</param>
/// <param name="Description">May be empty.</param>
public sealed record RetailLine(string Code, string Description, int Quantity, long UnitPriceMinor);

/// <summary>One invoice: all lines of the file with its number, in the file's order.</summary>
/// <param name="CustomerId">Null for a guest.</param>
/// <param name="InvoicedAt">Local time of the shop, of the first line.</param>
public sealed record RetailInvoice(string Number, string? CustomerId, DateTime InvoicedAt, string Country, IReadOnlyList<RetailLine> Lines)
{
    public long TotalMinor => Lines.Sum(line => checked(line.Quantity * line.UnitPriceMinor));

    /// <summary>Why it is not an order, or null when it is one. The first reason that holds counts.</summary>
    public SkipReason? SkippedFor { get; } =
        Number.StartsWith('C') ? SkipReason.Cancellation
        : Lines.Any(line => line.Quantity <= 0) ? SkipReason.NonPositiveQuantity
        : Lines.Any(line => line.UnitPriceMinor <= 0) ? SkipReason.NonPositivePrice
        : null;
}

/// <summary>A product to import, so that all valid invoices can be ordered.</summary>
/// <param name="Name">The first description that is not empty, else the code.</param>
/// <param name="UnitPriceMinor">The first price; orders keep their own lines' prices.</param>
/// <param name="Units">Sum over the valid invoices.</param>
public sealed record RetailProduct(string Code, string Name, long UnitPriceMinor, long Units);
