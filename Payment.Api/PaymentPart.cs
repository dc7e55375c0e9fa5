using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Payments;

/// <summary>The payment's part of an order as of an instant.</summary>
internal sealed class PaymentPart(EventStore<PaymentsModule> store, IOptions<JsonOptions> json) : IOrderPartReader
{
    public string Service => OrderPartServices.Payment;

    public async Task<OrderPart> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var payment = Payment.Aggregate.Initial;
        RecordedEvent? last = null;
        await foreach (var recorded in store.ReadStreamAsync(Payment.Aggregate.Stream(orderId), until: time, cancellationToken: cancellationToken))
        {
            payment = Payment.Aggregate.Evolve(payment, EventStore.Decode<PaymentEvent>(PaymentEvents.Types, recorded));
            last = recorded;
        }

        if (last is null)
            return new() { Service = Service, Version = 0 };
        return new()
        {
            Service = Service,
            State = JsonSerializer.SerializeToElement(PaymentRow.Of(payment, last.Version), json.Value.SerializerOptions),
            Version = last.Version,
            RecordedAt = last.RecordedAt,
            Sent = PaymentPolicy.NextCall(payment) is { } call
                ? [new() { Message = call.Kind.ToString(), To = OrderPartServices.Provider, Since = last.RecordedAt }]
                : [],
            Taken = PaymentReplies.Taken(payment),
        };
    }
}
