using System.Data.Common;
using Shop.Audit;
using Shop.Audit.Reading;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.PaymentSandbox.Storage;

namespace Shop.Host;

/// <summary>Audits the stores of a data folder and the sandbox's ledger beside them.</summary>
public static class AuditCommand
{
    /// <param name="store">Where the stores are: <see cref="Stores.Sqlite"/>, or an <see cref="Elsewhere"/>.</param>
    /// <returns>0 when all promises hold, 1 when one does not.</returns>
    /// <exception cref="StartException">A store cannot be read.</exception>
    internal static async Task<int> RunAsync(string data, string store, IConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        var report = await AuditAsync(definition => Stores.Open(store, data, configuration, definition), data, cancellationToken);
        report.Print(output);
        return report.IsClean ? 0 : 1;
    }

    /// <summary>Reads everything in a data folder once and checks it.</summary>
    public static Task<AuditReport> AuditAsync(string data, CancellationToken cancellationToken = default) =>
        AuditAsync(definition => Stores.OpenSqlite(data, definition), data, cancellationToken);

    /// <param name="data">Folder of the sandbox's ledger; without one the provider's books are taken for empty.</param>
    internal static async Task<AuditReport> AuditAsync(Func<StoreDefinition, IStorageEngine> open, string data, CancellationToken cancellationToken)
    {
        var stores = new List<AuditedStore>();
        try
        {
            foreach (var definition in Stores.All)
                stores.Add(new(definition.Name, open(definition), definition.InlineProjections, definition.AsyncProjections) { Snapshotted = definition.Snapshotted });
            foreach (var store in stores)
                await CheckAsync(store.Name, store.Engine, cancellationToken);

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

    private static async Task CheckAsync(string name, IStorageEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            await engine.ReadHeadAsync(cancellationToken);
        }
        catch (DbException error)
        {
            throw new StartException(
                $"Store {name} cannot be read ({engine.Location}): {engine.Explain(error).Reason} A new database gets its tables when the shop is started on it, or moved to it with migrate.", error);
        }
    }

    internal static string FileOf(string data, StoreDefinition definition) => Stores.FileOf(data, definition);

    internal static ProviderIntent ToIntent(LedgerRecord record) => new(
        record.IntentId, record.OrderId, record.AmountMinor, record.Currency, record.Status, record.CapturedMinor, record.RefundedMinor,
        record.Captures, record.Refunds);
}
