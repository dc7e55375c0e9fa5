using System.Diagnostics;
using System.Globalization;
using Shop.Audit;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Inventory;
using Shop.Ordering;

namespace Shop.Host.Replay;

/// <summary>Runs real orders through the shop: imports a file, waits until every order has ended, reports and audits.</summary>
internal static class ReplayCommand
{
    private const int ConcurrentOrders = 32;
    private static readonly TimeSpan MostTimePerOrder = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string path, string data, TextWriter output, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new StartException($"{path} does not exist. Name a CSV file in the shape of the Online Retail data set.");
        var file = RetailFile.Read(path);
        output.WriteLine(Text($"{Path.GetFileName(path)}: {file.LineCount:N0} lines, {file.Invoices.Count} invoices, {file.Orders.Count} of them orders."));

        var started = Stopwatch.GetTimestamp();
        Dictionary<string, int> outcomes;
        await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false), cancellationToken))
        {
            await ImportProductsAsync(shop, file, Path.GetFileName(path), output, cancellationToken);
            outcomes = await PlaceAsync(shop, file, Path.GetFileName(path), output, cancellationToken);
            await Quiet.WaitAsync(shop.Services, cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var report = await AuditCommand.AuditAsync(data, cancellationToken);
        Print(file, outcomes, elapsed, report, output);
        return report.IsClean ? 0 : 1;
    }

    private static async Task ImportProductsAsync(
        ShopApplication shop, RetailFile file, string reference, TextWriter output, CancellationToken cancellationToken)
    {
        var result = await shop.Services.GetRequiredService<Inventory.Inventory>().ListProductsAsync(
            [
                .. file.Products.Select(product => new NewProduct
                {
                    Sku = product.Code,
                    Name = product.Name,
                    UnitPriceMinor = product.UnitPriceMinor,
                    Currency = RetailFile.Currency,
                    InitialStock = checked((int)product.Units),
                    StockReference = reference,
                }),
            ],
            cancellationToken);
        output.WriteLine(Text($"Products: {file.Products.Count:N0} in the file, {result.Listed:N0} newly listed, {result.UnitsReceived:N0} units received."));
    }

    private static async Task<Dictionary<string, int>> PlaceAsync(
        ShopApplication shop, RetailFile file, string reference, TextWriter output, CancellationToken cancellationToken)
    {
        var ordering = shop.Services.GetRequiredService<Ordering.Ordering>();
        var store = shop.Services.GetRequiredService<EventStore<OrderingModule>>();
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);
        var ended = 0;
        await Parallel.ForEachAsync(file.Orders, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentOrders, CancellationToken = cancellationToken }, async (invoice, token) =>
        {
            var orderId = await ordering.PlaceImportedAsync(ToOrder(invoice, reference), token);
            var order = await store.WaitForAsync(Order.Aggregate, orderId, state => state is Order.Confirmed or Order.Rejected or Order.Cancelled, MostTimePerOrder, token);
            lock (outcomes)
            {
                var outcome = order.GetType().Name.ToLowerInvariant();
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                if (++ended % 50 == 0 || ended == file.Orders.Count)
                    output.WriteLine(Text($"  {ended} of {file.Orders.Count} orders have ended"));
            }
        });
        return outcomes;
    }

    private static ImportedOrder ToOrder(RetailInvoice invoice, string reference) => new()
    {
        Reference = $"{reference}/{invoice.Number}",
        CustomerId = invoice.CustomerId,
        Currency = RetailFile.Currency,
        PaymentMethod = "pm_card_visa",
        Lines = [.. invoice.Lines.Select(line => new OrderLine { Sku = line.Code, Quantity = line.Quantity, UnitPriceMinor = line.UnitPriceMinor })],
    };

    private static void Print(RetailFile file, Dictionary<string, int> outcomes, TimeSpan elapsed, AuditReport report, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(Text($"Orders placed: {file.Orders.Count}"));
        foreach (var (outcome, count) in outcomes.OrderByDescending(pair => pair.Value))
            output.WriteLine(Text($"  {outcome}: {count}"));
        foreach (var (currency, minor) in report.Totals.KeptMinor)
            output.WriteLine(Text($"Captured: {currency} {minor / 100m:N2}"));
        output.WriteLine(Text($"Order lines: {file.Orders.Sum(invoice => invoice.Lines.Count):N0} (largest order: {file.Orders.Max(invoice => invoice.Lines.Count)})"));
        output.WriteLine(Text($"Stock sold: {report.Totals.UnitsSold:N0} units of {file.Products.Count:N0} products"));
        output.WriteLine(Text($"Skipped: {file.Invoices.Count - file.Orders.Count} invoices"));
        output.WriteLine(Text($"  cancellation: {file.Skipped(SkipReason.Cancellation).Count()}"));
        output.WriteLine(Text($"  non-positive quantity: {file.Skipped(SkipReason.NonPositiveQuantity).Count()}"));
        output.WriteLine(Text($"  non-positive price: {file.Skipped(SkipReason.NonPositivePrice).Count()}"));
        output.WriteLine(Text($"Time: {elapsed.TotalSeconds:N1} s"));
        output.WriteLine();
        report.Print(output);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
