using MassTransit;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>This service to itself: make the call that is due.</summary>
public sealed record CallProvider
{
    public required Guid OrderId { get; init; }

    /// <summary>
    /// Key of the call meant, which is made until its outcome is known. Null: whatever is due, once and out of turn, because
    /// the provider says that it has news.
    /// </summary>
    public string? CallKey { get; init; }

    /// <summary>Unknown outcomes of this call so far.</summary>
    public int Attempt { get; init; }

    public bool IsFor(ProviderCall call) => CallKey is null || CallKey == call.Key;
}

/// <summary>
/// Asks the provider first and decides then: a conflict, a repeat or a crash in between asks again under the same key. A
/// message whose call is no longer due still commits against the stream, so that a stale copy of it cannot lose the call.
/// </summary>
public sealed class CallProviderConsumer(EventStore<PaymentsModule> store, IPaymentGateway gateway, TimeProvider clock) : IConsumer<CallProvider>
{
    public async Task Consume(ConsumeContext<CallProvider> context)
    {
        var message = context.Message;
        var (durable, _) = await store.ReadAsync(Payment.Aggregate, message.OrderId, context.CancellationToken);
        var call = PaymentPolicy.NextCall(durable) is { } due && message.IsFor(due) ? due : null;
        var answer = call is null ? null : await call.MakeAsync(gateway, context.CancellationToken);

        var attempt = message.CallKey is null ? 0 : message.Attempt + 1;
        var (before, after) = await context.DecideAsync(message.OrderId, clock, payment =>
            call is null ? [] : PaymentDecider.Decide(new PaymentCommand.RecordAnswer(call, answer!, attempt, clock.GetUtcNow()), payment));
        foreach (var reply in PaymentReplies.Outcomes(before, after))
            await context.Publish(reply);
        if (attempt > 0 && call is not null && PaymentPolicy.NextCall(after)?.Key == call.Key)
            await context.CallProviderAsync(message with { Attempt = attempt }, PaymentPolicy.PauseAfterUnknown(attempt), clock);
    }
}

internal static class CallProviderExtensions
{
    private static readonly Uri Queue = new($"queue:{PaymentsModule.PaymentProviderQueue}");

    /// <summary>Decides on one payment. A call to the provider that became due leaves with the decision.</summary>
    public static async Task<(Payment Before, Payment After)> DecideAsync(
        this ConsumeContext context, Guid orderId, TimeProvider clock, Func<Payment, IEnumerable<PaymentEvent>> decide)
    {
        var unit = context.UnitOfWork();
        var payment = await unit.LoadAsync(Payment.Aggregate, orderId, context.CancellationToken);
        var (before, after) = unit.Decide(() =>
        {
            var state = payment.State;
            payment.Append(decide(state));
            return (state, payment.State);
        });
        if (PaymentPolicy.NextCall(after) is { } call && call.Key != PaymentPolicy.NextCall(before)?.Key)
            await context.CallProviderAsync(new CallProvider { OrderId = orderId, CallKey = call.Key }, PaymentPolicy.PauseBefore(after), clock);
        return (before, after);
    }

    public static async Task CallProviderAsync(this ConsumeContext context, CallProvider message, TimeSpan pause, TimeProvider clock)
    {
        if (pause > TimeSpan.Zero)
            await context.ScheduleSend(Queue, (clock.GetUtcNow() + pause).UtcDateTime, message);
        else
            await context.Send(Queue, message);
    }
}
