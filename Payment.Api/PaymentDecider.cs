using System.Numerics;
using Shop.Payments.Gateway;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Payments;

public abstract record PaymentCommand(DateTimeOffset At)
{
    public sealed record Authorize(Guid OrderId, long AmountMinor, string Currency, string PaymentMethod, DateTimeOffset At) : PaymentCommand(At);

    public sealed record Capture(DateTimeOffset At) : PaymentCommand(At);

    public sealed record Void(Guid OrderId, string Reason, DateTimeOffset At) : PaymentCommand(At);

    public sealed record Refund(Guid OrderId, string Reason, DateTimeOffset At) : PaymentCommand(At);

    /// <summary>Gives back a part of what was captured, once per return.</summary>
    public sealed record RefundPart(Guid ReturnId, long AmountMinor, string Reason, DateTimeOffset At) : PaymentCommand(At);

    /// <param name="Attempt">Which attempt at this call it was, from 1; 0 when somebody asked out of turn.</param>
    public sealed record RecordAnswer(ProviderCall Call, GatewayAnswer Answer, int Attempt, DateTimeOffset At) : PaymentCommand(At);
}

public static class PaymentDecider
{
    public static IEnumerable<PaymentEvent> Decide(PaymentCommand command, Payment payment) => command switch
    {
        PaymentCommand.Authorize c => Decide(c, payment),
        PaymentCommand.Capture c => payment is Payment.Authorized ? [new Event.CaptureRequested(c.At)] : [],
        PaymentCommand.Void c => Decide(c, payment),
        PaymentCommand.Refund c => Decide(c, payment),
        PaymentCommand.RefundPart c => Decide(c, payment),
        PaymentCommand.RecordAnswer c => Decide(c, payment),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command to a payment."),
    };

    /// <summary>The provider's idempotency key of an order's authorization.</summary>
    public static string IdempotencyKey(Guid orderId) => $"payment-{orderId:D}";

    private static IEnumerable<PaymentEvent> Decide(PaymentCommand.Authorize command, Payment payment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(command.AmountMinor, 1);
        return payment is Payment.None
            ? [new Event.AuthorizationRequested(
                command.OrderId, command.AmountMinor, command.Currency, command.PaymentMethod, IdempotencyKey(command.OrderId), command.At)]
            : [];
    }

    private static IEnumerable<PaymentEvent> Decide(PaymentCommand.Void command, Payment payment) => payment switch
    {
        Payment.None => [new Event.Fenced(command.OrderId, command.Reason, command.At)],
        Payment.Authorizing or Payment.Authorized => [new Event.VoidRequested(command.Reason, command.At)],
        Payment.Refunding { First: Decision.Capture } => [],
        _ => Waits(payment, Asked.Void) ? [new Event.VoidRequested(command.Reason, command.At)] : [],
    };

    private static IEnumerable<PaymentEvent> Decide(PaymentCommand.Refund command, Payment payment) => payment switch
    {
        Payment.None => [new Event.Fenced(command.OrderId, command.Reason, command.At)],
        // Returns have given everything back already: there is nothing to ask the provider for.
        Payment.Captured captured when captured.CapturedMinor == payment.PartsMinor =>
            [new Event.RefundRequested(command.Reason, command.At), new Event.Refunded(0, command.At)],
        Payment.Authorizing or Payment.Authorized or Payment.Captured or Payment.Capturing { RefundAsked: false } or Payment.PartRefunding { RefundReason: null } =>
            [new Event.RefundRequested(command.Reason, command.At)],
        _ => Waits(payment, Asked.Refund) ? [new Event.RefundRequested(command.Reason, command.At)] : [],
    };

    private static IEnumerable<PaymentEvent> Decide(PaymentCommand.RefundPart command, Payment payment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(command.AmountMinor, 1);
        var part = new RefundedPart(command.ReturnId, command.AmountMinor);
        var known = payment.Parts.FirstOrDefault(refunded => refunded.ReturnId == part.ReturnId) ?? (payment as Payment.PartRefunding)?.Part;
        if (known == part || payment is Payment.Refunding or Payment.Refunded)
            return [];
        return payment is Payment.Captured captured && known is null && part.AmountMinor <= captured.CapturedMinor - payment.PartsMinor
            ? [new Event.PartRefundRequested(part.ReturnId, part.AmountMinor, command.Reason, command.At)]
            : throw new InvalidOperationException(
                $"{part.AmountMinor} cannot go back for return {part.ReturnId}: the payment of order {payment.OrderId} is {payment.GetType().Name}, {payment.PartsMinor} went back before.");
    }

    /// <summary>True when what is held is being given back, and nobody has asked for it in this way yet.</summary>
    private static bool Waits(Payment payment, Asked asked) => payment switch
    {
        Payment.Voiding voiding => !voiding.Asked.HasFlag(asked),
        Payment.CaptureRejected { Released: false } rejected => !rejected.Asked.HasFlag(asked),
        Payment.Refunding refunding => !refunding.Asked.HasFlag(asked),
        _ => false,
    };

    private static IEnumerable<PaymentEvent> Decide(PaymentCommand.RecordAnswer command, Payment payment)
    {
        // An answer that comes twice, or late, finds another call due or none: everything that it says is known already.
        if (PaymentPolicy.NextCall(payment)?.Key != command.Call.Key)
            return [];
        return (command.Call, command.Answer) switch
        {
            (_, GatewayAnswer.Unknown unknown) => Unknown(command, unknown.Reason),
            (ProviderCall.Authorize, var answer) => AfterAuthorize(command, answer),
            (ProviderCall.Capture capture, var answer) => AfterCapture(command, capture, answer),
            (ProviderCall.Cancel or ProviderCall.Retrieve, var answer) => AfterRelease(command, answer, payment),
            (ProviderCall.Refund, var answer) when payment is Payment.PartRefunding part => AfterPartRefund(command, part, answer),
            (ProviderCall.Refund refund, var answer) => AfterRefund(command, refund, answer),
            _ => throw new InvalidOperationException($"{command.Call.GetType().Name} is not a call to the provider."),
        };
    }

    private static IEnumerable<PaymentEvent> AfterAuthorize(PaymentCommand.RecordAnswer command, GatewayAnswer answer) => answer switch
    {
        // An intent that was captured too early is treated like any other: a Confirm finds it captured, a Cancel refunds it.
        GatewayAnswer.Succeeded { Status: "requires_capture" or "succeeded" } s => [new Event.Authorized(s.IntentId, command.At)],
        GatewayAnswer.Succeeded { Status: "processing" } s => Unknown(command, $"The provider answered with status {s.Status}."),
        GatewayAnswer.Succeeded s => [new Event.Declined($"{s.Status}: The provider did not authorize the payment.", command.At)],
        GatewayAnswer.Refused r => [new Event.Declined($"{r.Code}: {r.Message}", command.At)],
        _ => [],
    };

    private static IEnumerable<PaymentEvent> AfterCapture(PaymentCommand.RecordAnswer command, ProviderCall.Capture capture, GatewayAnswer answer) => answer switch
    {
        GatewayAnswer.Succeeded { Status: "succeeded" } => [new Event.Captured(capture.AmountMinor, command.At)],
        GatewayAnswer.Succeeded s => Unknown(command, $"The provider answered with status {s.Status}."),
        GatewayAnswer.Refused r => [new Event.CaptureRejected($"{r.Code}: {r.Message}", command.At)],
        _ => [],
    };

    private static IEnumerable<PaymentEvent> AfterRelease(PaymentCommand.RecordAnswer command, GatewayAnswer answer, Payment payment) => answer switch
    {
        GatewayAnswer.Succeeded { Status: "canceled" } => [new Event.Voided(command.At)],
        GatewayAnswer.Succeeded { Status: "succeeded" } s => [new Event.ChargeFound(s.AmountMinor, command.At)],
        GatewayAnswer.Succeeded s when command.Call is ProviderCall.Retrieve => [new Event.FoundHeld(s.Status, command.At)],
        GatewayAnswer.Succeeded s => Unknown(command, $"The provider answered with status {s.Status}."),
        GatewayAnswer.Refused { Code: GatewayCodes.AlreadyCanceled } => [new Event.Voided(command.At)],
        GatewayAnswer.Refused r => [new Event.CallRefused(command.Call.Kind, r.Code, r.Message, command.At)],
        _ => [],
    };

    private static IEnumerable<PaymentEvent> AfterRefund(PaymentCommand.RecordAnswer command, ProviderCall.Refund refund, GatewayAnswer answer) => answer switch
    {
        // A pending refund is the provider's to finish.
        GatewayAnswer.Succeeded { Status: "succeeded" or "pending" } or GatewayAnswer.Refused { Code: "charge_already_refunded" } =>
            [new Event.Refunded(refund.AmountMinor, command.At)],
        GatewayAnswer.Succeeded s => Unknown(command, $"The provider answered with status {s.Status}."),
        GatewayAnswer.Refused r => [new Event.CallRefused(command.Call.Kind, r.Code, r.Message, command.At)],
        _ => [],
    };

    private static IEnumerable<PaymentEvent> AfterPartRefund(PaymentCommand.RecordAnswer command, Payment.PartRefunding payment, GatewayAnswer answer)
    {
        var left = payment.CapturedMinor - payment.PartsMinor - payment.Part.AmountMinor;
        return answer switch
        {
            GatewayAnswer.Succeeded { Status: "succeeded" or "pending" } => Refunded(),
            // All of it went back, and this part would be the last: then it was this one. Else a person must find out who gave it back.
            GatewayAnswer.Refused { Code: "charge_already_refunded" } when left == 0 => Refunded(),
            GatewayAnswer.Succeeded s => Unknown(command, $"The provider answered with status {s.Status}."),
            GatewayAnswer.Refused r => [new Event.CallRefused(command.Call.Kind, r.Code, r.Message, command.At)],
            _ => [],
        };

        PaymentEvent[] Refunded()
        {
            var refunded = new Event.PartRefunded(payment.Part.ReturnId, payment.Part.AmountMinor, command.At);
            return payment.RefundReason is not null && left == 0 ? [refunded, new Event.Refunded(0, command.At)] : [refunded];
        }
    }

    private static IEnumerable<PaymentEvent> Unknown(PaymentCommand.RecordAnswer command, string reason) =>
        command.Attempt > 0 && BitOperations.IsPow2(command.Attempt)
            ? [new Event.OutcomeUnknown(command.Call.Kind, reason, command.Attempt, command.At)]
            : [];
}
