using Shop.Contracts;

namespace Shop.Payments;

/// <summary>
/// The answers to the saga, from the state alone. Null: it is still on its way, and is published once the provider has
/// answered.
/// </summary>
public static class PaymentReplies
{
    private const string NothingAuthorized = "nothing is authorized for this order";

    public static object? ToAuthorize(Payment payment) => payment switch
    {
        Payment.Authorized or Payment.Capturing or Payment.Captured or Payment.PartRefunding => new PaymentAuthorized { OrderId = payment.OrderId },
        Payment.Declined declined => new PaymentDeclined { OrderId = payment.OrderId, Reason = declined.Reason },
        _ => NothingIsHeld(payment) ? new PaymentVoided { OrderId = payment.OrderId } : null,
    };

    /// <summary>A Confirm is a decision only once there is an authorization: before that it is refused without effect.</summary>
    public static object? ToCapture(Payment payment, Guid orderId) => payment switch
    {
        Payment.None or Payment.Authorizing => new PaymentCaptureRejected { OrderId = orderId, Reason = NothingAuthorized },
        Payment.Declined declined => new PaymentCaptureRejected { OrderId = orderId, Reason = declined.Reason },
        Payment.Voided or Payment.Fenced => new PaymentVoided { OrderId = orderId },
        _ => Decided(payment),
    };

    public static object? ToVoid(Payment payment) => payment switch
    {
        Payment.Declined => new PaymentVoided { OrderId = payment.OrderId },
        Payment.Captured or Payment.PartRefunding or Payment.Refunding { First: Decision.Capture } or Payment.Refunded { First: Decision.Capture } => Decided(payment),
        _ => NothingIsHeld(payment) ? new PaymentVoided { OrderId = payment.OrderId } : null,
    };

    public static object? ToRefund(Payment payment) => payment switch
    {
        Payment.Refunded refunded => new PaymentRefunded { OrderId = payment.OrderId, AmountMinor = refunded.CapturedMinor },
        _ => payment is Payment.Declined || NothingIsHeld(payment) ? new PaymentRefunded { OrderId = payment.OrderId, AmountMinor = 0 } : null,
    };

    public static object? ToRefundPart(Payment payment, Guid returnId) => payment switch
    {
        _ when payment.Parts.FirstOrDefault(part => part.ReturnId == returnId) is { } part =>
            new PaymentPartRefunded { OrderId = payment.OrderId, ReturnId = returnId, AmountMinor = part.AmountMinor },
        Payment.Refunded => new PaymentPartRefunded { OrderId = payment.OrderId, ReturnId = returnId, AmountMinor = 0 },
        _ => null,
    };

    /// <summary>The commands that decide nothing any more, with their answers.</summary>
    public static IReadOnlyList<TakenMessage> Taken(Payment payment)
    {
        var taken = new List<TakenMessage>();
        if (payment is Payment.None)
            return taken;
        Add(nameof(AuthorizePayment), ToAuthorize(payment));
        if (payment is not (Payment.Authorizing or Payment.Authorized))
            Add(nameof(CapturePayment), ToCapture(payment, payment.OrderId));
        if (!PaymentDecider.Decide(new PaymentCommand.Void(payment.OrderId, "", default), payment).Any())
            Add(nameof(VoidPayment), ToVoid(payment));
        if (!PaymentDecider.Decide(new PaymentCommand.Refund(payment.OrderId, "", default), payment).Any())
            Add(nameof(RefundPayment), ToRefund(payment));
        foreach (var part in payment.Parts)
            taken.Add(new() { Message = nameof(RefundPaymentPart), Answer = nameof(PaymentPartRefunded), ReturnId = part.ReturnId });
        if (payment is Payment.PartRefunding { Part.ReturnId: var returnId })
            taken.Add(new() { Message = nameof(RefundPaymentPart), ReturnId = returnId });
        return taken;

        void Add(string command, object? answer) => taken.Add(new() { Message = command, Answer = answer?.GetType().Name });
    }

    /// <summary>The answers that became known between two states, to those who waited for them.</summary>
    public static IEnumerable<object> Outcomes(Payment before, Payment after)
    {
        var outcomes = new List<object?>();
        if (before is Payment.Authorizing)
            outcomes.Add(ToAuthorize(after));
        if (before is Payment.Capturing && after is not Payment.Capturing)
            outcomes.Add(ToCapture(after, after.OrderId));
        if (before is Payment.PartRefunding { Part.ReturnId: var returnId } && after != before)
            outcomes.Add(ToRefundPart(after, returnId));
        var asked = AskedOf(before);
        if (asked.HasFlag(Asked.Void) && ToVoid(before) is null)
            outcomes.Add(ToVoid(after));
        if (asked.HasFlag(Asked.Refund) && ToRefund(before) is null)
            outcomes.Add(ToRefund(after));
        return outcomes.OfType<object>();
    }

    private static object? Decided(Payment payment) => payment switch
    {
        Payment.Captured captured => Captured(payment, captured.CapturedMinor),
        Payment.PartRefunding refunding => Captured(payment, refunding.CapturedMinor),
        Payment.CaptureRejected rejected => Rejected(payment, rejected.Reason),
        Payment.Refunding refunding => Decided(payment, refunding.First, refunding.CapturedMinor),
        Payment.Refunded refunded => Decided(payment, refunded.First, refunded.CapturedMinor),
        _ => null,
    };

    private static object? Decided(Payment payment, Decision first, long capturedMinor) => first switch
    {
        Decision.Capture => Captured(payment, capturedMinor),
        Decision.RejectCapture rejected => Rejected(payment, rejected.Reason),
        _ => NothingIsHeld(payment) ? new PaymentVoided { OrderId = payment.OrderId } : null,
    };

    private static PaymentCaptured Captured(Payment payment, long capturedMinor) => new() { OrderId = payment.OrderId, AmountMinor = capturedMinor };

    private static PaymentCaptureRejected Rejected(Payment payment, string reason) => new() { OrderId = payment.OrderId, Reason = reason };

    private static bool NothingIsHeld(Payment payment) =>
        payment is Payment.Fenced or Payment.Voided or Payment.Refunded or Payment.CaptureRejected { Released: true };

    private static Asked AskedOf(Payment payment) => payment switch
    {
        Payment.Voiding voiding => voiding.Asked,
        Payment.CaptureRejected rejected => rejected.Asked,
        Payment.Refunding refunding => refunding.Asked,
        Payment.Capturing { RefundAsked: true } or Payment.PartRefunding { RefundReason: not null } => Asked.Refund,
        _ => Asked.None,
    };
}
