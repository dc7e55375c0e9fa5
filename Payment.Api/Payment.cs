using Shop.EventSourcing;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Payments;

/// <summary>
/// The payment of one order. At most one call to the provider is due in any state (<see cref="PaymentPolicy.NextCall"/>),
/// and only the answer to that call makes another one due.
/// </summary>
public abstract record Payment
{
    public static readonly Aggregate<Payment, PaymentEvent> Aggregate = new("payment", new None(), Evolve, PaymentEvents.Types);

    private Payment()
    {
    }

    public Guid OrderId { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What keeps the due call from being done.</summary>
    public Trouble Trouble { get; init; } = Trouble.Nothing;

    /// <summary>What went back for returns, in parts.</summary>
    public IReadOnlyList<RefundedPart> Parts { get; init; } = [];

    public long PartsMinor => Parts.Sum(part => part.AmountMinor);

    public sealed record None : Payment;

    /// <summary>Cancelled before the Try.</summary>
    public sealed record Fenced(string Reason) : Payment;

    public sealed record Authorizing(Terms Terms) : Payment;

    public sealed record Authorized(Terms Terms, string IntentId) : Payment;

    public sealed record Declined(Terms Terms, string Reason) : Payment;

    /// <param name="RefundAsked">To be refunded as soon as it is captured.</param>
    public sealed record Capturing(Terms Terms, string IntentId, bool RefundAsked) : Payment;

    public sealed record Captured(Terms Terms, string IntentId, long CapturedMinor) : Payment;

    /// <summary>Captured, and a part of it is on its way back.</summary>
    /// <param name="RefundReason">Why the rest is to follow; null when it is not.</param>
    public sealed record PartRefunding(Terms Terms, string IntentId, long CapturedMinor, RefundedPart Part, string? RefundReason) : Payment;

    /// <param name="Released">False while the authorization may still be held; it is cancelled at once, asked for or not.</param>
    public sealed record CaptureRejected(Terms Terms, string IntentId, string Reason, bool Released, Asked Asked) : Payment;

    /// <param name="IntentId">Null while it is not known whether the provider authorized.</param>
    public sealed record Voiding(Terms Terms, string? IntentId, string Reason, Asked Asked) : Payment;

    public sealed record Voided(Terms Terms, string? IntentId, string Reason) : Payment;

    /// <summary>What is left of the captured amount goes back.</summary>
    /// <param name="First">What had been decided before; the refund does not change it.</param>
    public sealed record Refunding(Terms Terms, string IntentId, long CapturedMinor, Decision First, string Reason, Asked Asked) : Payment;

    public sealed record Refunded(Terms Terms, string IntentId, long CapturedMinor, Decision First, string Reason) : Payment;

    public static Payment Evolve(Payment state, PaymentEvent @event) => Next(state, @event) with
    {
        OrderId = @event switch
        {
            Event.AuthorizationRequested requested => requested.OrderId,
            Event.Fenced fenced => fenced.OrderId,
            _ => state.OrderId,
        },
        UpdatedAt = @event.At,
        Trouble = state.Trouble.After(@event),
        Parts = @event is Event.PartRefunded part ? [.. state.Parts, new(part.ReturnId, part.AmountMinor)] : state.Parts,
    };

    private static Payment Next(Payment state, PaymentEvent @event) => (state, @event) switch
    {
        (None, Event.AuthorizationRequested e) => new Authorizing(new(e.AmountMinor, e.Currency, e.PaymentMethod, e.IdempotencyKey)),
        (None, Event.Fenced e) => new Fenced(e.Reason),

        (Authorizing s, Event.Authorized e) => new Authorized(s.Terms, e.IntentId),
        (Authorizing s, Event.Declined e) => new Declined(s.Terms, e.Reason),
        (Authorizing s, Event.VoidRequested e) => new Voiding(s.Terms, null, e.Reason, Asked.Void),
        (Authorizing s, Event.RefundRequested e) => new Voiding(s.Terms, null, e.Reason, Asked.Refund),

        (Authorized s, Event.CaptureRequested) => new Capturing(s.Terms, s.IntentId, RefundAsked: false),
        (Authorized s, Event.VoidRequested e) => new Voiding(s.Terms, s.IntentId, e.Reason, Asked.Void),
        (Authorized s, Event.RefundRequested e) => new Voiding(s.Terms, s.IntentId, e.Reason, Asked.Refund),

        (Capturing s, Event.RefundRequested) => s with { RefundAsked = true },
        (Capturing { RefundAsked: false } s, Event.Captured e) => new Captured(s.Terms, s.IntentId, e.AmountMinor),
        (Capturing s, Event.Captured e) => new Refunding(s.Terms, s.IntentId, e.AmountMinor, new Decision.Capture(), "refunded as soon as captured", Asked.Refund),
        (Capturing s, Event.CaptureRejected e) => new CaptureRejected(s.Terms, s.IntentId, e.Reason, Released: false, s.RefundAsked ? Asked.Refund : Asked.None),

        (Captured s, Event.RefundRequested e) => new Refunding(s.Terms, s.IntentId, s.CapturedMinor, new Decision.Capture(), e.Reason, Asked.Refund),

        (Captured s, Event.PartRefundRequested e) => new PartRefunding(s.Terms, s.IntentId, s.CapturedMinor, new(e.ReturnId, e.AmountMinor), null),
        (PartRefunding s, Event.RefundRequested e) => s with { RefundReason = e.Reason },
        (PartRefunding { RefundReason: null } s, Event.PartRefunded) => new Captured(s.Terms, s.IntentId, s.CapturedMinor),
        (PartRefunding s, Event.PartRefunded) => new Refunding(s.Terms, s.IntentId, s.CapturedMinor, new Decision.Capture(), s.RefundReason!, Asked.Refund),

        (CaptureRejected s, Event.VoidRequested) => s with { Asked = s.Asked | Asked.Void },
        (CaptureRejected s, Event.RefundRequested) => s with { Asked = s.Asked | Asked.Refund },
        (CaptureRejected s, Event.Voided) => s with { Released = true },
        (CaptureRejected s, Event.ChargeFound e) => new Refunding(s.Terms, s.IntentId, e.AmountMinor, new Decision.RejectCapture(s.Reason), s.Reason, s.Asked),

        (Voiding s, Event.VoidRequested) => s with { Asked = s.Asked | Asked.Void },
        (Voiding s, Event.RefundRequested) => s with { Asked = s.Asked | Asked.Refund },
        (Voiding s, Event.Authorized e) => s with { IntentId = e.IntentId },
        (Voiding s, Event.Declined) => new Voided(s.Terms, null, s.Reason),
        (Voiding s, Event.Voided) => new Voided(s.Terms, s.IntentId, s.Reason),
        (Voiding { IntentId: { } intentId } s, Event.ChargeFound e) => new Refunding(s.Terms, intentId, e.AmountMinor, new Decision.Void(), s.Reason, s.Asked),

        (Refunding s, Event.VoidRequested) => s with { Asked = s.Asked | Asked.Void },
        (Refunding s, Event.RefundRequested) => s with { Asked = s.Asked | Asked.Refund },
        (Refunding s, Event.Refunded) => new Refunded(s.Terms, s.IntentId, s.CapturedMinor, s.First, s.Reason),

        (_, Event.FoundHeld or Event.CallRefused or Event.OutcomeUnknown) => state,
        _ => throw new InvalidOperationException($"{@event.GetType().Name} cannot follow on a payment that is {state.GetType().Name}."),
    };
}

/// <summary>What is to be paid and how; fixed by the Try. All keys of later calls derive from <see cref="IdempotencyKey"/>.</summary>
public sealed record Terms(long AmountMinor, string Currency, string PaymentMethod, string IdempotencyKey);

/// <summary>What goes back for one return.</summary>
public sealed record RefundedPart(Guid ReturnId, long AmountMinor);

/// <summary>Which commands wait for the provider to give back what it holds.</summary>
[Flags]
public enum Asked
{
    None = 0,
    Void = 1,
    Refund = 2,
}

/// <summary>The first durable decision on an authorization; the others are answered with it.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    public sealed record Capture : Decision;

    public sealed record RejectCapture(string Reason) : Decision;

    public sealed record Void : Decision;
}

/// <param name="Attempts">Unknown outcomes of the due call, as last written.</param>
/// <param name="Refusals">How often the provider refused what must succeed; part of the next call's idempotency key.</param>
/// <param name="InDoubt">The provider refused to cancel: it must be asked how the intent stands.</param>
public sealed record Trouble(DateTimeOffset? UnknownSince, int Attempts, int Refusals, bool InDoubt, string? Reason)
{
    public static readonly Trouble Nothing = new(null, 0, 0, InDoubt: false, null);

    public Trouble After(PaymentEvent @event) => @event switch
    {
        Event.OutcomeUnknown e => this with { UnknownSince = UnknownSince ?? e.At, Attempts = e.Attempts, Reason = e.Reason },
        Event.CallRefused e => new(null, 0, Refusals + 1, InDoubt: e.Call is ProviderCallKind.Cancel, $"{e.Code}: {e.Message}"),
        Event.FoundHeld => this with { UnknownSince = null, Attempts = 0, InDoubt = false },
        // Somebody else wants the same: the due call, and what keeps it from being done, stay as they are.
        Event.VoidRequested or Event.RefundRequested => this,
        _ => Nothing,
    };
}
