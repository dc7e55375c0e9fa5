using System.Globalization;

namespace Shop.Host.Replay;

/// <summary>
/// The invoices of a file in the shape of the Online Retail data set (UCI Machine Learning Repository), in the order in which
/// they first appear. All prices are in GBP.
/// </summary>
public sealed class RetailFile
{
    public const string Currency = "GBP";

    private static readonly string[] Columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];

    private RetailFile(IReadOnlyList<RetailInvoice> invoices)
    {
        Invoices = invoices;
        Orders = [.. invoices.Where(invoice => invoice.SkippedFor is null)];
        Products =
        [
            .. Orders.SelectMany(invoice => invoice.Lines).GroupBy(line => line.Code, StringComparer.Ordinal).Select(lines => new RetailProduct(
                lines.Key,
                lines.Select(line => line.Description).FirstOrDefault(description => description.Length > 0) ?? lines.Key,
                lines.First().UnitPriceMinor,
                lines.Sum(line => (long)line.Quantity))),
        ];
    }

    public IReadOnlyList<RetailInvoice> Invoices { get; }

    /// <summary>The valid invoices: every line has a positive quantity and a positive price.</summary>
    public IReadOnlyList<RetailInvoice> Orders { get; }

    /// <summary>What the valid invoices sell, in the order of first appearance.</summary>
    public IReadOnlyList<RetailProduct> Products { get; }

    public int LineCount => Invoices.Sum(invoice => invoice.Lines.Count);

    public long TotalMinor => Orders.Sum(invoice => invoice.TotalMinor);

    public IEnumerable<RetailInvoice> Skipped(SkipReason reason) => Invoices.Where(invoice => invoice.SkippedFor == reason);

    /// <exception cref="MalformedFileException">A line is not as it should be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RetailFile Read(string path)
    {
        using var reader = new StreamReader(path);
        return Parse(reader);
    }

    /// <inheritdoc cref="Read"/>
    public static RetailFile Parse(TextReader reader)
    {
        using var records = Csv.Read(reader).GetEnumerator();
        if (!records.MoveNext())
            throw new MalformedFileException(1, $"the file is empty. It must start with the header {string.Join(',', Columns)}.");
        if (!records.Current.Fields.SequenceEqual(Columns))
            throw new MalformedFileException(records.Current.Line, $"the header must be {string.Join(',', Columns)}, but is {string.Join(',', records.Current.Fields)}.");

        var rows = new List<Row>();
        while (records.MoveNext())
            rows.Add(Row.Parse(records.Current.Line, records.Current.Fields));
        return new([.. rows.GroupBy(row => row.InvoiceNumber, StringComparer.Ordinal).Select(Invoice)]);
    }

    private static RetailInvoice Invoice(IGrouping<string, Row> rows)
    {
        var first = rows.First();
        if (rows.FirstOrDefault(row => row.CustomerId != first.CustomerId) is { } other)
            throw new MalformedFileException(other.Number, $"invoice {rows.Key} belongs to customer '{first.CustomerId}' on line {first.Number} and to '{other.CustomerId}' here.");
        return new(rows.Key, first.CustomerId.Length == 0 ? null : first.CustomerId, first.InvoicedAt, first.Country, [.. rows.Select(row => row.Line)]);
    }

    private sealed record Row(int Number, string InvoiceNumber, string CustomerId, DateTime InvoicedAt, string Country, RetailLine Line)
    {
        public static Row Parse(int number, IReadOnlyList<string> fields)
        {
            if (fields.Count != Columns.Length)
                throw new MalformedFileException(number, $"there must be {Columns.Length} fields, but there are {fields.Count}.");
            if (fields[0].Length == 0 || fields[1].Length == 0)
                throw new MalformedFileException(number, $"{(fields[0].Length == 0 ? "InvoiceNo" : "StockCode")} is empty.");
            if (!int.TryParse(fields[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity))
                throw new MalformedFileException(number, $"Quantity must be a whole number, but is '{fields[3]}'.");
            if (!DateTime.TryParseExact(fields[4], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var invoicedAt))
                throw new MalformedFileException(number, $"InvoiceDate must look like 2010-12-01 08:26:00, but is '{fields[4]}'.");
            return new(number, fields[0], fields[6], invoicedAt, fields[7], new(fields[1], fields[2].Trim(), quantity, PriceMinor(number, fields[5])));
        }

        private static long PriceMinor(int number, string text)
        {
            if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price))
                throw new MalformedFileException(number, $"UnitPrice must be an amount such as 2.55, but is '{text}'.");
            var minor = price * 100;
            if (minor != decimal.Truncate(minor) || Math.Abs(minor) > long.MaxValue)
                throw new MalformedFileException(number, $"UnitPrice must be whole pence, but is '{text}'.");
            return (long)minor;
        }
    }
}
