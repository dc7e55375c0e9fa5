using Shop.Payments;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>A payment in each of its states, by the events that lead there.</summary>
internal static class PaymentStates
{
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    public static readonly Guid OrderId = PaymentSimulation.OrderId;

    private static readonly Event Requested = new Event.AuthorizationRequested(OrderId, 4_200, "GBP", "pm_card_visa", PaymentDecider.IdempotencyKey(OrderId), At);
    private static readonly Event Authorized = new Event.Authorized("pi_1", At);
    private static readonly Event CaptureRequested = new Event.CaptureRequested(At);
    private static readonly Event Captured = new Event.Captured(4_200, At);
    private static readonly Event CaptureRejected = new Event.CaptureRejected("expired: no", At);
    private static readonly Event VoidRequested = new Event.VoidRequested("deadline", At);
    private static readonly Event Voided = new Event.Voided(At);
    private static readonly Event RefundRequested = new Event.RefundRequested("compensation", At);
    private static readonly Event Refunded = new Event.Refunded(4_200, At);
    private static readonly Event PartRequested = new Event.PartRefundRequested(Guid.Empty, 1_000, "cracked", At);
    private static readonly Event PartRefunded = new Event.PartRefunded(Guid.Empty, 1_000, At);
    private static readonly Event ChargeFound = new Event.ChargeFound(4_200, At);

    public static IReadOnlyDictionary<string, Event[]> All { get; } = new Dictionary<string, Event[]>
    {
        ["none"] = [],
        ["fenced"] = [new Event.Fenced(OrderId, "deadline", At)],
        ["authorizing"] = [Requested],
        ["authorized"] = [Requested, Authorized],
        ["declined"] = [Requested, new Event.Declined("card_declined: no", At)],
        ["capturing"] = [Requested, Authorized, CaptureRequested],
        ["capturing, refund asked"] = [Requested, Authorized, CaptureRequested, RefundRequested],
        ["captured"] = [Requested, Authorized, CaptureRequested, Captured],
        ["refunding a part"] = [Requested, Authorized, CaptureRequested, Captured, PartRequested],
        ["refunding a part, refund asked"] = [Requested, Authorized, CaptureRequested, Captured, PartRequested, RefundRequested],
        ["refunded in part"] = [Requested, Authorized, CaptureRequested, Captured, PartRequested, PartRefunded],
        ["returned as a whole"] =
        [
            Requested, Authorized, CaptureRequested, Captured,
            new Event.PartRefundRequested(Guid.Empty, 4_200, "cracked", At), new Event.PartRefunded(Guid.Empty, 4_200, At),
        ],
        ["capture rejected"] = [Requested, Authorized, CaptureRequested, CaptureRejected],
        ["capture rejected, released"] = [Requested, Authorized, CaptureRequested, CaptureRejected, Voided],
        ["voiding, intent unknown"] = [Requested, VoidRequested],
        ["voiding"] = [Requested, Authorized, VoidRequested],
        ["voided"] = [Requested, Authorized, VoidRequested, Voided],
        ["refunding"] = [Requested, Authorized, CaptureRequested, Captured, RefundRequested],
        ["refunded"] = [Requested, Authorized, CaptureRequested, Captured, RefundRequested, Refunded],
        ["late charge, refunding"] = [Requested, Authorized, VoidRequested, ChargeFound],
        ["late charge, refunded"] = [Requested, Authorized, VoidRequested, ChargeFound, Refunded],
    };

    public static Payment Of(string name) => Payment.Aggregate.Fold(All[name]);

    public static Payment After(params Event[] events) => Payment.Aggregate.Fold(events);

    public static Payment After(string name, params Event[] events) => Payment.Aggregate.Fold([.. All[name], .. events]);

    public static PaymentCommand CommandOf(Command command) => command switch
    {
        Command.Try => new PaymentCommand.Authorize(OrderId, 4_200, "GBP", "pm_card_visa", At),
        Command.Confirm => new PaymentCommand.Capture(At),
        Command.Cancel => new PaymentCommand.Void(OrderId, "deadline", At),
        _ => new PaymentCommand.Refund(OrderId, "compensation", At),
    };

    public static object? ReplyTo(Command command, Payment payment) => command switch
    {
        Command.Try => PaymentReplies.ToAuthorize(payment),
        Command.Confirm => PaymentReplies.ToCapture(payment, OrderId),
        Command.Cancel => PaymentReplies.ToVoid(payment),
        _ => PaymentReplies.ToRefund(payment),
    };
}
