using System.Text.Json;
using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>Ordering's own part of an order as of an instant.</summary>
internal sealed class OrderItselfPart(EventStore<OrderingModule> store) : IOrderPartReader
{
    public string Service => OrderPartServices.Order;

    public async Task<OrderPart> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var state = Order.Initial;
        var (version, recordedAt) = (0L, default(DateTimeOffset));
        var sent = new List<SentMessage>();
        await foreach (var recorded in store.ReadStreamAsync(Order.Aggregate.Stream(orderId), until: time, cancellationToken: cancellationToken))
        {
            var @event = EventStore.Decode<OrderEvent>(OrderEvent.Types, recorded);
            state = Order.Evolve(state, @event);
            (version, recordedAt) = (recorded.Version, recorded.RecordedAt);
            if (OrderDecider.Announces(@event) is { } message)
                sent.Add(new() { Message = message, To = OrderPartServices.Saga, Since = recordedAt, ReturnId = (@event as OrderEvent.ReturnRequested)?.ReturnId });
        }

        return state is Order.Accepted order
            ? new()
            {
                Service = Service,
                State = JsonSerializer.SerializeToElement(OrderResponse.Of(order, version), OrderingHttpJson.Default.OrderResponse),
                Version = version,
                RecordedAt = recordedAt,
                Sent = sent,
                Taken = [.. OrderDecider.Taken(order)],
            }
            : new() { Service = Service, Version = 0 };
    }
}
