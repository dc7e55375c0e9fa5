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
    /// <param name="withoutProvider">The provider's books are not to be had: the shop's own are taken for them.</param>
    /// <returns>0 when all promises hold, 1 when one does not.</returns>
    /// <exception cref="StartException">A store cannot be read.</exception>
    internal static async Task<int> RunAsync(
        string data, string store, bool withoutProvider, IConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        var report = await AuditAsync(definition => Stores.Open(store, data, configuration, definition), data, withoutProvider, cancellationToken);
        report.Print(output);
        if (!report.IsClean && !withoutProvider && ShopOptions.Ledger(data) is var ledger && !File.Exists(ledger))
            output.WriteLine($"There is no {ledger}: the provider's books were taken for empty. Copy the sandbox's ledger there; those of a real provider are not to be had, so leave them out by --without-provider.");
        return report.IsClean ? 0 : 1;
    }

    /// <summary>Reads everything in a data folder once and checks it.</summary>
    /// <param name="withoutProvider">The provider's books are not to be had: the shop's own are taken for them.</param>
    public static Task<AuditReport> AuditAsync(string data, bool withoutProvider = false, CancellationToken cancellationToken = default) =>
        AuditAsync(definition => Stores.OpenSqlite(data, definition), data, withoutProvider, cancellationToken);

    /// <param name="data">Folder of the sandbox's ledger; without one the provider's books are taken for empty.</param>
    internal static async Task<AuditReport> AuditAsync(
        Func<StoreDefinition, IStorageEngine> open, string data, bool withoutProvider, CancellationToken cancellationToken)
    {
        var stores = new List<AuditedStore>();
        try
        {
            foreach (var definition in Stores.All)
                stores.Add(new(definition.Name, open(definition), definition.InlineProjections, definition.AsyncProjections) { Snapshotted = definition.Snapshotted });
            foreach (var store in stores)
                await CheckAsync(store.Name, store.Engine, cancellationToken);

            return await Auditor.RunAsync(stores, withoutProvider ? null : ReadProvider(data), cancellationToken);
        }
        catch (InvalidDataException damaged)
        {
            // A file of the archive is missing, or not what was written.
            throw new StartException(damaged.Message, damaged);
        }
        finally
        {
            foreach (var store in stores)
                await store.Engine.DisposeAsync();
        }
    }

    /// <summary>The books of the sandbox that pays for a data folder; empty before it has run.</summary>
    internal static IReadOnlyList<ProviderIntent> ReadProvider(string data) =>
        ShopOptions.Ledger(data) is var ledger && File.Exists(ledger) ? [.. LedgerReader.ReadAll(ledger).Select(ToIntent)] : [];

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
