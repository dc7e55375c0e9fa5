using System.Text.Json;
using Shop.Audit;
using Shop.Audit.Live;
using Shop.Contracts;
using Shop.EventSourcing.Storage;

namespace Shop.Ordering;

/// <summary>The log of a service that runs elsewhere, over its own <c>GET /log</c> and <c>GET /streams/{stream}</c>.</summary>
internal sealed class RemoteLog(string service, OrderParts services) : IFollowedLog
{
    /// <summary>The most that a service gives at once.</summary>
    private const int PageSize = 500;

    public async Task<long> ReadHeadAsync(CancellationToken cancellationToken) => (await LogAsync(long.MaxValue, limit: 1, cancellationToken)).Head;

    public async Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) =>
        [.. (await LogAsync(after + 1, Math.Min(limit, PageSize), cancellationToken)).Items.Select(stored => stored.ToRecorded())];

    public async Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(string stream, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        for (long? after = 0; after is not null;)
        {
            var page = await services.AskForAuditAsync<StreamPage>(service, $"streams/{Uri.EscapeDataString(stream)}?store={service}&limit={PageSize}&after={after}", cancellationToken);
            events.AddRange((page?.Events ?? []).Select(stored => stored.ToRecorded()));
            after = page?.Next;
        }

        return events;
    }

    private async Task<LogPage> LogAsync(long from, int limit, CancellationToken cancellationToken) =>
        await services.AskForAuditAsync<LogPage>(service, $"log?store={service}&from={from}&limit={limit}", cancellationToken)
            ?? throw new SourceAwayException($"{service}: it has no log at that address.");

    private sealed record LogPage(long Head, IReadOnlyList<StoredEvent> Items);

    private sealed record StreamPage(IReadOnlyList<StoredEvent> Events, long? Next);

    private sealed record StoredEvent(long Position, string Stream, long Version, Guid Id, string Type, DateTimeOffset RecordedAt, JsonElement Data)
    {
        public RecordedEvent ToRecorded() => new(Position, Stream, Version, Id, Type, JsonSerializer.SerializeToUtf8Bytes(Data), Metadata: null, RecordedAt);
    }
}

/// <summary>The provider's books, as the payment service reads them.</summary>
internal sealed class RemoteBooks(OrderParts services)
{
    private const int OrdersAtOnce = 100;

    public async Task<IReadOnlyList<ProviderIntent>?> ReadAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        var intents = new List<ProviderIntent>();
        foreach (var some in orders.Chunk(OrdersAtOnce))
        {
            var answer = await services.AskForAuditAsync<Books>(
                OrderPartServices.Payment, $"payments/ledger?{string.Join('&', some.Select(orderId => $"order={orderId:D}"))}", cancellationToken);
            if (answer is not { IsOpen: true })
                return null;
            intents.AddRange(answer.Intents);
        }

        return intents;
    }

    private sealed record Books(bool IsOpen, IReadOnlyList<ProviderIntent> Intents);
}

internal static class AuditQuestions
{
    /// <returns>Null when the service says 404.</returns>
    /// <exception cref="SourceAwayException">It does not answer, or it is not known where it is.</exception>
    public static async Task<T?> AskForAuditAsync<T>(this OrderParts services, string service, string path, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await services.FindAsync<T>(service, path, cancellationToken);
        }
        catch (PartUnavailableException away)
        {
            throw new SourceAwayException($"{service}: {away.Message}", away);
        }
    }
}
