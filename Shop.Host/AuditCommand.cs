using Shop.Audit;
using Shop.Audit.Reading;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Messaging;
using Shop.PaymentSandbox.Storage;

namespace Shop.Host;

/// <summary>Audits the stores of a data folder and the sandbox's ledger beside them.</summary>
public static class AuditCommand
{
    /// <returns>0 when all promises hold, 1 when one does not.</returns>
    internal static async Task<int> RunAsync(string data, TextWriter output, CancellationToken cancellationToken)
    {
        if (ShopStores.All.FirstOrDefault(definition => !File.Exists(FileOf(data, definition))) is { } missing)
            throw new StartException($"{FileOf(data, missing)} does not exist. Name the folder of a shop that has run with --data.");
        var report = await AuditAsync(data, cancellationToken);
        report.Print(output);
        return report.IsClean ? 0 : 1;
    }

    /// <summary>Reads everything once and checks it.</summary>
    public static async Task<AuditReport> AuditAsync(string data, CancellationToken cancellationToken = default)
    {
        var stores = new List<AuditedStore>();
        try
        {
            foreach (var definition in ShopStores.All)
            {
                var engine = new SqliteEngine(FileOf(data, definition), definition.Tables);
                stores.Add(new(definition.Name, engine, definition.InlineProjections, definition.AsyncProjections));
            }

            var ledger = ShopOptions.Ledger(data);
            var provider = File.Exists(ledger) ? LedgerReader.ReadAll(ledger) : [];
            return await Auditor.RunAsync(stores, [.. provider.Select(ToIntent)], cancellationToken);
        }
        finally
        {
            foreach (var store in stores)
                await store.Engine.DisposeAsync();
        }
    }

    internal static string FileOf(string data, StoreDefinition definition) => Path.Combine(data, definition.Name + ".db");

    private static ProviderIntent ToIntent(LedgerRecord record) => new(
        record.IntentId, record.OrderId, record.AmountMinor, record.Currency, record.Status, record.CapturedMinor, record.RefundedMinor,
        record.Captures, record.Refunds);
}
