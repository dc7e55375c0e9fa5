using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>What is to be asked of the provider, and when.</summary>
public static class PaymentPolicy
{
    /// <summary>A payment that has waited this often for an outcome needs a person's attention.</summary>
    public const int AttentionAttempts = 8;

    private static readonly double[] UnknownPausesSeconds = [0.2, 0.5, 1, 2, 5, 10, 30];
    private static readonly double[] RefusedPausesSeconds = [0.2, 1, 5, 30, 120, 600];

    /// <summary>The one call that is due, or null. Its key is the same until its outcome is known.</summary>
    public static ProviderCall? NextCall(Payment payment) => payment switch
    {
        Payment.Authorizing { Terms: var terms } => Authorize(payment, terms),
        Payment.Voiding { IntentId: null, Terms: var terms } => Authorize(payment, terms),
        Payment.Capturing { Terms: var terms } capturing => new ProviderCall.Capture(capturing.IntentId, terms.AmountMinor, $"{terms.IdempotencyKey}:capture"),
        Payment.Voiding { IntentId: { } intentId, Terms: var terms } => Release(payment, terms, intentId),
        Payment.CaptureRejected { Released: false, Terms: var terms, IntentId: var intentId } => Release(payment, terms, intentId),
        Payment.Refunding { Terms: var terms } refunding =>
            new ProviderCall.Refund(refunding.IntentId, refunding.CapturedMinor - payment.PartsMinor, Key(terms, "refund", payment.Trouble.Refusals)),
        Payment.PartRefunding { Terms: var terms, Part: var part } refunding =>
            new ProviderCall.Refund(refunding.IntentId, part.AmountMinor, Key(terms, $"return-{part.ReturnId:D}", payment.Trouble.Refusals)),
        _ => null,
    };

    /// <summary>The pause before a call that has just become due.</summary>
    public static TimeSpan PauseBefore(Payment payment) =>
        payment.Trouble.Refusals == 0 ? TimeSpan.Zero : Pause(RefusedPausesSeconds, payment.Trouble.Refusals);

    /// <summary>The pause before the same call again, after this many unknown outcomes.</summary>
    public static TimeSpan PauseAfterUnknown(int attempts) => Pause(UnknownPausesSeconds, attempts);

    public static bool NeedsAttention(Payment payment) => payment.Trouble.Refusals > 1 || payment.Trouble.Attempts >= AttentionAttempts;

    /// <summary>Nothing is held and nothing is due: only a refund of what was captured may still come.</summary>
    public static bool HasEnded(Payment payment) => payment is not (Payment.None or Payment.Authorized) && NextCall(payment) is null;

    private static ProviderCall.Authorize Authorize(Payment payment, Terms terms) =>
        new(new Authorization(payment.OrderId, terms.AmountMinor, terms.Currency, terms.PaymentMethod, terms.IdempotencyKey));

    private static ProviderCall Release(Payment payment, Terms terms, string intentId) => payment.Trouble.InDoubt
        ? new ProviderCall.Retrieve(intentId, Key(terms, "retrieve", payment.Trouble.Refusals))
        : new ProviderCall.Cancel(intentId, Key(terms, "cancel", payment.Trouble.Refusals));

    // A provider answers a refused key with the same refusal for a day. A refusal had no effect, so a new key is safe.
    private static string Key(Terms terms, string call, int refusals) =>
        refusals == 0 ? $"{terms.IdempotencyKey}:{call}" : $"{terms.IdempotencyKey}:{call}:{refusals + 1}";

    private static TimeSpan Pause(double[] seconds, int times) => TimeSpan.FromSeconds(seconds[Math.Clamp(times, 1, seconds.Length) - 1]);
}
