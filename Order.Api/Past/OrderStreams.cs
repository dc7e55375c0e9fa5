using System.Text.Json;
using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>The stored streams of one order, of all services: those of this process directly, the others at <c>GET /streams/{stream}</c>.</summary>
public sealed class OrderStreams(IEnumerable<EventStore> stores, OrderParts parts)
{
    private const int PageSize = 500;

    /// <exception cref="PartUnavailableException">A service does not answer.</exception>
    public async Task<IReadOnlyList<BundledStream>> ReadAsync(Guid orderId, Guid? requestId, CancellationToken cancellationToken)
    {
        (string Store, string Stream)[] wanted =
        [
            (OrderPartServices.Order, $"order-{orderId:D}"), (OrderPartServices.Saga, $"order-saga-{orderId:D}"),
            (OrderPartServices.Inventory, $"reservation-{orderId:D}"), (OrderPartServices.Payment, $"payment-{orderId:D}"),
        ];
        if (requestId is { } request)
            wanted = [.. wanted, (OrderPartServices.Order, IdempotentRequest.Aggregate.Stream(request))];
        var streams = await Task.WhenAll(wanted.Select(async stream => new BundledStream(stream.Store, stream.Stream, await EventsAsync(stream.Store, stream.Stream, cancellationToken))));
        return [.. streams.Where(stream => stream.Events.Count > 0)];
    }

    private async Task<IReadOnlyList<BundledEvent>> EventsAsync(string service, string stream, CancellationToken cancellationToken)
    {
        var events = new List<BundledEvent>();
        if (stores.FirstOrDefault(store => store.Name == service) is { } here)
        {
            await foreach (var recorded in here.ReadStreamAsync(stream, cancellationToken: cancellationToken))
            {
                events.Add(new(
                    recorded.Version, recorded.Id, recorded.Type, recorded.RecordedAt, JsonElement.Parse(recorded.Data),
                    recorded.Metadata is { } metadata ? JsonElement.Parse(metadata) : null));
            }

            return events;
        }

        for (long? after = 0; after is not null;)
        {
            var page = await parts.FindAsync<StreamPage>(service, $"streams/{Uri.EscapeDataString(stream)}?store={service}&limit={PageSize}&after={after}", cancellationToken);
            events.AddRange(page?.Events ?? []);
            after = page?.Next;
        }

        return events;
    }

    private sealed record StreamPage(IReadOnlyList<BundledEvent> Events, long? Next);
}
