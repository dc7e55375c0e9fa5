using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Payments;

/// <summary>Read model: one row per payment, written with its events.</summary>
public sealed record PaymentRow
{
    public static readonly Table<PaymentRow> Table = new("payments", nameof(OrderId));

    public static readonly InlineProjection<Payment, PaymentEvent, PaymentRow> Projection = new(Payment.Aggregate, Table, Of);

    /// <summary>The names that <see cref="State"/> can have.</summary>
    public static readonly IReadOnlyList<string> States =
    [
        "fenced", "authorizing", "authorized", "declined", "capturing", "captured", "refundingPart", "captureRejected", "voiding", "voided", "refunding", "refunded",
    ];

    /// <summary>Those of them in which the provider's answer to something is awaited.</summary>
    public static readonly IReadOnlyList<string> StatesUnderWay = ["authorizing", "capturing", "captureRejected", "voiding", "refunding"];

    public required Guid OrderId { get; init; }

    /// <summary>Name of the state, such as <c>authorized</c>.</summary>
    public required string State { get; init; }

    /// <summary>What the order asked for, in minor units; 0 when it was cancelled before the Try.</summary>
    public required long AmountMinor { get; init; }

    public string? Currency { get; init; }

    /// <summary>What was taken, in minor units, also when it was given back later.</summary>
    public required long CapturedMinor { get; init; }

    public required long RefundedMinor { get; init; }

    public string? IntentId { get; init; }

    /// <summary>Why it was declined, rejected, voided or refunded.</summary>
    public string? Reason { get; init; }

    /// <summary>Unknown outcomes of the call that is due, as last written: 0, 1, 2, 4, 8, …</summary>
    public required int Attempts { get; init; }

    /// <summary>Since when the outcome of the call that is due is unknown; null when it is not.</summary>
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>How often the provider refused what must succeed in the end.</summary>
    public required int Refusals { get; init; }

    public required bool NeedsAttention { get; init; }

    /// <summary>What the provider, or the way to it, said last when it did not work.</summary>
    public string? Problem { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Events on the payment's stream.</summary>
    public required long Version { get; init; }

    public static PaymentRow Of(Payment payment, long version)
    {
        var terms = TermsOf(payment);
        var (intentId, captured, refunded, reason) = FactsOf(payment);
        return new()
        {
            OrderId = payment.OrderId,
            State = NameOf(payment),
            AmountMinor = terms?.AmountMinor ?? 0,
            Currency = terms?.Currency,
            CapturedMinor = captured,
            RefundedMinor = refunded,
            IntentId = intentId,
            Reason = reason,
            Attempts = payment.Trouble.Attempts,
            UnknownSince = payment.Trouble.UnknownSince,
            Refusals = payment.Trouble.Refusals,
            NeedsAttention = PaymentPolicy.NeedsAttention(payment),
            Problem = payment.Trouble.Reason,
            UpdatedAt = payment.UpdatedAt,
            Version = version,
        };
    }

    public static string NameOf(Payment payment) => payment switch
    {
        Payment.None => "none",
        Payment.Fenced => "fenced",
        Payment.Authorizing => "authorizing",
        Payment.Authorized => "authorized",
        Payment.Declined => "declined",
        Payment.Capturing => "capturing",
        Payment.Captured => "captured",
        Payment.PartRefunding => "refundingPart",
        Payment.CaptureRejected => "captureRejected",
        Payment.Voiding => "voiding",
        Payment.Voided => "voided",
        Payment.Refunding => "refunding",
        Payment.Refunded => "refunded",
        _ => throw new InvalidOperationException($"{payment.GetType().Name} has no name."),
    };

    private static Terms? TermsOf(Payment payment) => payment switch
    {
        Payment.Authorizing s => s.Terms,
        Payment.Authorized s => s.Terms,
        Payment.Declined s => s.Terms,
        Payment.Capturing s => s.Terms,
        Payment.Captured s => s.Terms,
        Payment.PartRefunding s => s.Terms,
        Payment.CaptureRejected s => s.Terms,
        Payment.Voiding s => s.Terms,
        Payment.Voided s => s.Terms,
        Payment.Refunding s => s.Terms,
        Payment.Refunded s => s.Terms,
        _ => null,
    };

    private static (string? IntentId, long Captured, long Refunded, string? Reason) FactsOf(Payment payment) => payment switch
    {
        Payment.Fenced s => (null, 0, 0, s.Reason),
        Payment.Authorized s => (s.IntentId, 0, 0, null),
        Payment.Declined s => (null, 0, 0, s.Reason),
        Payment.Capturing s => (s.IntentId, 0, 0, null),
        Payment.Captured s => (s.IntentId, s.CapturedMinor, s.PartsMinor, null),
        Payment.PartRefunding s => (s.IntentId, s.CapturedMinor, s.PartsMinor, s.RefundReason),
        Payment.CaptureRejected s => (s.IntentId, 0, 0, s.Reason),
        Payment.Voiding s => (s.IntentId, 0, 0, s.Reason),
        Payment.Voided s => (s.IntentId, 0, 0, s.Reason),
        Payment.Refunding s => (s.IntentId, s.CapturedMinor, s.PartsMinor, s.Reason),
        Payment.Refunded s => (s.IntentId, s.CapturedMinor, s.CapturedMinor, s.Reason),
        _ => (null, 0, 0, null),
    };
}
