namespace Shop.PaymentSandbox.Api;

/// <summary>What a test payment method does. A charge is durable before any fault shows.</summary>
internal sealed record Card(string? DeclineCode = null, FaultKind FirstAnswer = FaultKind.None)
{
    /// <summary>Authorizes, but the money cannot be taken.</summary>
    public const string CaptureRefused = "pm_card_captureRefused";

    private const string GenericDecline = "generic_decline";

    public static Card? Find(string paymentMethod) => paymentMethod switch
    {
        "pm_card_visa" or "pm_card_mastercard" or CaptureRefused => new Card(),
        "pm_card_chargeDeclined" or "pm_card_visa_chargeDeclined" => new Card(GenericDecline),
        "pm_card_chargeDeclinedInsufficientFunds" or "pm_card_visa_chargeDeclinedInsufficientFunds" => new Card("insufficient_funds"),
        "pm_card_slow" => new Card(FirstAnswer: FaultKind.Slow),
        "pm_card_timeoutAfterCharge" => new Card(FirstAnswer: FaultKind.TimeoutAfterCharge),
        "pm_card_errorAfterCharge" => new Card(FirstAnswer: FaultKind.ErrorAfterCharge),
        _ => null,
    };
}
