using Shop.Audit;
using Shop.Audit.Reading;
using Shop.EventSourcing.Storage;
using Shop.PaymentSandbox.Storage;

namespace Shop.Distributed.Tests.Running;

/// <summary>A look past the services: into their databases and the provider's books.</summary>
internal sealed class Stores(Cluster cluster) : IAsyncDisposable
{
    private const int Most = 10_000;

    private readonly AuditedStore[] stores = [.. Service.All.Select(service => new AuditedStore(
        service.Name, ServerFactory.Open(cluster.Databases[service.Name], service.Store.Tables), service.Store.InlineProjections, service.Store.AsyncProjections)
    {
        Snapshotted = service.Store.Snapshotted,
    })];

    /// <summary>Messages that have not left yet, or are due later.</summary>
    public async Task<IReadOnlyList<(string Store, OutboxMessage Message)>> OutboxAsync() =>
        [.. (await Task.WhenAll(stores.Select(async store => (await store.Engine.ReadOutboxAsync(Most, default)).Select(message => (store.Name, message))))).SelectMany(messages => messages)];

    public async Task<IReadOnlyList<(string Store, ParkedMessage Message)>> ParkedAsync() =>
        [.. (await Task.WhenAll(stores.Select(async store => (await store.Engine.ReadParkedAsync(Most, default)).Select(message => (store.Name, message))))).SelectMany(messages => messages)];

    /// <summary>How many events the asynchronous read models are behind.</summary>
    public async Task<long> UnreadAsync()
    {
        long unread = 0;
        foreach (var store in stores)
        {
            foreach (var projection in store.AsyncProjections)
            {
                var seen = await store.Engine.ReadCheckpointAsync(projection.Name, default);
                unread += await store.Engine.ReadHeadAsync(default) - seen;
            }
        }

        return unread;
    }

    /// <summary>How many events each store has.</summary>
    public async Task<IReadOnlyDictionary<string, long>> HeadsAsync()
    {
        var heads = new Dictionary<string, long>();
        foreach (var store in stores)
            heads[store.Name] = await store.Engine.ReadHeadAsync(default);
        return heads;
    }

    /// <summary>What <c>Shop.Audit</c> says of the stores and the provider's ledger.</summary>
    public async Task<AuditReport> AuditAsync() => await Auditor.RunAsync(stores, [.. LedgerReader.ReadAll(cluster.LedgerFile).Select(ToIntent)]);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
            await store.Engine.DisposeAsync();
    }

    private static ProviderIntent ToIntent(LedgerRecord record) => new(
        record.IntentId, record.OrderId, record.AmountMinor, record.Currency, record.Status, record.CapturedMinor, record.RefundedMinor,
        record.Captures, record.Refunds);
}
