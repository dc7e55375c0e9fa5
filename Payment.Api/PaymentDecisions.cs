using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Messaging.Local;

namespace Shop.Payments;

/// <summary>Decides on one payment in a unit of work. A call to the provider that became due leaves with the decision.</summary>
public sealed class PaymentDecisions(LocalQueue<CallProvider> calls, IMessageOutbox outbox)
{
    /// <summary>Decides on the first command that a payment usually gets.</summary>
    public async Task<(Payment Before, Payment After)> DecideFirstAsync(
        UnitOfWork unit, Guid orderId, Func<Payment, IEnumerable<PaymentEvent>> decide, CancellationToken cancellationToken) =>
        Decide(unit, orderId, await unit.LoadNewAsync(Payment.Aggregate, orderId, cancellationToken), decide);

    public async Task<(Payment Before, Payment After)> DecideAsync(
        UnitOfWork unit, Guid orderId, Func<Payment, IEnumerable<PaymentEvent>> decide, CancellationToken cancellationToken) =>
        Decide(unit, orderId, await unit.LoadAsync(Payment.Aggregate, orderId, cancellationToken), decide);

    public async Task PublishAsync(UnitOfWork unit, IEnumerable<object> replies, CancellationToken cancellationToken)
    {
        foreach (var reply in replies)
            await outbox.PublishAsync(unit, reply, cancellationToken);
    }

    private (Payment Before, Payment After) Decide(
        UnitOfWork unit, Guid orderId, StreamHandle<Payment, PaymentEvent> payment, Func<Payment, IEnumerable<PaymentEvent>> decide)
    {
        var (before, after) = unit.Decide(() =>
        {
            var state = payment.State;
            payment.Append(decide(state));
            return (state, payment.State);
        });
        if (PaymentPolicy.NextCall(after) is { } call && call.Key != PaymentPolicy.NextCall(before)?.Key)
            calls.Send(unit, new() { OrderId = orderId, CallKey = call.Key }, PaymentPolicy.PauseBefore(after));
        return (before, after);
    }
}
