using Shop.EventSourcing;
using Shop.Messaging.Local;
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
public sealed class CallProviderHandler(
    EventStore<PaymentsModule> store, PaymentDecisions decisions, IPaymentGateway gateway, LocalQueue<CallProvider> calls, TimeProvider clock)
    : ILocalHandler<CallProvider>
{
    public async Task HandleAsync(CallProvider message, UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (durable, _) = await store.ReadAsync(Payment.Aggregate, message.OrderId, cancellationToken);
        var call = PaymentPolicy.NextCall(durable) is { } due && message.IsFor(due) ? due : null;
        var answer = call is null ? null : await call.MakeAsync(gateway, cancellationToken);

        var attempt = message.CallKey is null ? 0 : message.Attempt + 1;
        var (before, after) = await decisions.DecideAsync(
            unit, message.OrderId,
            payment => call is null ? [] : PaymentDecider.Decide(new PaymentCommand.RecordAnswer(call, answer!, attempt, clock.GetUtcNow()), payment),
            cancellationToken);
        await decisions.PublishAsync(unit, PaymentReplies.Outcomes(before, after), cancellationToken);
        if (attempt > 0 && call is not null && PaymentPolicy.NextCall(after)?.Key == call.Key)
            calls.Send(unit, message with { Attempt = attempt }, PaymentPolicy.PauseAfterUnknown(attempt));
    }
}
