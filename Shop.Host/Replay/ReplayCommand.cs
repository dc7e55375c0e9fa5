using System.Diagnostics;
using System.Globalization;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Inventory;
using Shop.Ordering;
using Shop.PaymentSandbox.Storage;

namespace Shop.Host.Replay;

/// <summary>Runs real orders through the shop: imports a file, waits until every order has ended, reports and audits.</summary>
internal static class ReplayCommand
{
    private const int ConcurrentOrders = 32;
    private const int InvoicesPerLine = 12;
    private static readonly TimeSpan MostTimePerOrder = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string path, string data, TextWriter output, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new StartException($"{path} does not exist. Name a CSV file in the shape of the Online Retail data set.");
        var file = RetailFile.Read(path);
        output.WriteLine(Text($"{Path.GetFileName(path)}: {file.LineCount:N0} lines, {file.Invoices.Count} invoices, {file.Orders.Count} of them orders."));

        var started = Stopwatch.GetTimestamp();
        Outcomes outcomes;
        bool isSandbox;
        await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false), cancellationToken))
        {
            await ImportProductsAsync(shop, file, Path.GetFileName(path), output, cancellationToken);
            outcomes = await PlaceAsync(shop, file, Path.GetFileName(path), output, cancellationToken);
            await Quiet.WaitAsync(shop.Services, cancellationToken);
            isSandbox = shop.SandboxUrl is not null;
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var report = await AuditCommand.AuditAsync(data, withoutProvider: !isSandbox, cancellationToken);
        Print(file, outcomes, Captured(data, outcomes), elapsed, output);
        report.Print(output);
        return report.IsClean ? 0 : 1;
    }

    private static async Task ImportProductsAsync(
        ShopApplication shop, RetailFile file, string reference, TextWriter output, CancellationToken cancellationToken)
    {
        var result = await ListAsync(shop.Services.GetRequiredService<Inventory.Inventory>(), file, reference, cancellationToken);
        output.WriteLine(Text($"Products: {file.Products.Count:N0} in the file, {result.Listed:N0} newly listed, {result.UnitsReceived:N0} units received."));
    }

    private static async Task<ImportResult> ListAsync(Inventory.Inventory inventory, RetailFile file, string reference, CancellationToken cancellationToken)
    {
        var products = file.Products.Select(product => new NewProduct
        {
            Sku = product.Code,
            Name = product.Name,
            UnitPriceMinor = product.UnitPriceMinor,
            Currency = RetailFile.Currency,
            InitialStock = checked((int)product.Units),
            StockReference = reference,
        });
        try
        {
            return await inventory.ListProductsAsync([.. products], cancellationToken);
        }
        catch (DomainException error)
        {
            throw new StartException(
                $"{reference} does not fit what these stores know. {error.Message} If the file was replayed before and has changed since, give it another name or name an empty folder with --data.",
                error);
        }
    }

    private static async Task<Outcomes> PlaceAsync(
        ShopApplication shop, RetailFile file, string reference, TextWriter output, CancellationToken cancellationToken)
    {
        var ordering = shop.Services.GetRequiredService<Ordering.Ordering>();
        var store = shop.Services.GetRequiredService<EventStore<OrderingModule>>();
        var outcomes = new Outcomes();
        await Parallel.ForEachAsync(file.Orders, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentOrders, CancellationToken = cancellationToken }, async (invoice, token) =>
        {
            var import = ToOrder(invoice, reference);
            var (before, _) = await store.ReadAsync(Order.Aggregate, RequestIdentity.ImportedOrderId(import.Reference), token);
            var orderId = await ordering.PlaceImportedAsync(import, token);
            var order = await store.WaitForAsync(Order.Aggregate, orderId, state => state is Order.Confirmed or Order.Rejected or Order.Cancelled, MostTimePerOrder, token);
            lock (outcomes)
            {
                outcomes.Add(orderId, invoice, order, isNew: before is Order.None);
                if (outcomes.Ended % 50 == 0 || outcomes.Ended == file.Orders.Count)
                    output.WriteLine(Text($"  {outcomes.Ended} of {file.Orders.Count} orders have ended"));
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

    /// <summary>What the sandbox keeps for these orders, in minor units by currency; empty with another provider, whose books are elsewhere.</summary>
    private static SortedDictionary<string, long> Captured(string data, Outcomes outcomes)
    {
        var captured = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (!File.Exists(ShopOptions.Ledger(data)))
            return captured;
        foreach (var record in LedgerReader.ReadAll(ShopOptions.Ledger(data)).Where(record => Guid.TryParse(record.OrderId, out var id) && outcomes.Orders.Contains(id)))
        {
            var currency = record.Currency.ToUpperInvariant();
            captured[currency] = captured.GetValueOrDefault(currency) + record.CapturedMinor - record.RefundedMinor;
        }

        return captured;
    }

    private static void Print(RetailFile file, Outcomes outcomes, SortedDictionary<string, long> captured, TimeSpan elapsed, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(Text($"Orders of the file: {file.Orders.Count} ({outcomes.New} placed now, {outcomes.Ended - outcomes.New} known from before)"));
        foreach (var (outcome, count) in outcomes.ByName.OrderByDescending(pair => pair.Value))
            output.WriteLine(Text($"  {outcome}: {count}"));
        foreach (var (reason, count) in outcomes.ByReason.OrderByDescending(pair => pair.Value))
            output.WriteLine(Text($"    {count} × {reason}"));
        foreach (var (currency, minor) in captured)
            output.WriteLine(Text($"Captured: {currency} {minor / 100m:N2}"));
        output.WriteLine(Text($"Order lines: {file.Orders.Sum(invoice => invoice.Lines.Count):N0} (largest order: {file.Orders.Max(invoice => invoice.Lines.Count)})"));
        output.WriteLine(Text($"Stock sold: {outcomes.UnitsSold:N0} units of {file.Products.Count:N0} products"));
        output.WriteLine(Text($"Skipped: {file.Invoices.Count - file.Orders.Count} invoices"));
        PrintSkipped("cancellation", SkipReason.Cancellation);
        PrintSkipped("non-positive quantity", SkipReason.NonPositiveQuantity);
        PrintSkipped("non-positive price", SkipReason.NonPositivePrice);
        output.WriteLine(Text($"Time: {elapsed.TotalSeconds:N1} s"));
        output.WriteLine();

        void PrintSkipped(string name, SkipReason reason)
        {
            var invoices = file.Skipped(reason).ToArray();
            output.WriteLine(Text($"  {name}: {invoices.Length}"));
            foreach (var line in invoices.Chunk(InvoicesPerLine))
                output.WriteLine($"    {string.Join(' ', line.Select(invoice => invoice.Number))}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>How the file's orders ended.</summary>
    private sealed class Outcomes
    {
        public HashSet<Guid> Orders { get; } = [];

        public Dictionary<string, int> ByName { get; } = new(StringComparer.Ordinal);

        /// <summary>Why orders were rejected or cancelled.</summary>
        public Dictionary<string, int> ByReason { get; } = new(StringComparer.Ordinal);

        public int Ended => Orders.Count;

        /// <summary>Orders that no earlier run had placed.</summary>
        public int New { get; private set; }

        public long UnitsSold { get; private set; }

        public void Add(Guid orderId, RetailInvoice invoice, Order order, bool isNew)
        {
            Orders.Add(orderId);
            var name = order.GetType().Name.ToLowerInvariant();
            ByName[name] = ByName.GetValueOrDefault(name) + 1;
            if (ReasonOf(order) is { } reason)
                ByReason[reason] = ByReason.GetValueOrDefault(reason) + 1;
            New += isNew ? 1 : 0;
            UnitsSold += order is Order.Confirmed ? invoice.Lines.Sum(line => (long)line.Quantity) : 0;
        }

        private static string? ReasonOf(Order order) => order switch
        {
            Order.Rejected rejected => rejected.Reason,
            Order.Cancelled cancelled => cancelled.Reason,
            _ => null,
        };
    }
}
