namespace Shop.Payments.Gateway;

/// <summary>
/// The payment provider. Every call is safe to repeat under its idempotency key, and must be repeated under the same one
/// for as long as its answer is <see cref="GatewayAnswer.Unknown"/>.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>Reserves the amount on the payment method without taking it.</summary>
    Task<GatewayAnswer> AuthorizeAsync(Authorization request, CancellationToken ct);

    /// <summary>Takes an authorized amount. An intent that already has exactly this amount captured counts as success.</summary>
    Task<GatewayAnswer> CaptureAsync(string intentId, long amountMinor, string idempotencyKey, CancellationToken ct);

    /// <summary>Releases an authorization. A cancelled intent counts as success; a captured one is refused with <see cref="GatewayCodes.AlreadyCaptured"/>.</summary>
    Task<GatewayAnswer> CancelAsync(string intentId, string idempotencyKey, CancellationToken ct);

    /// <summary>Gives back a part or all of what was captured.</summary>
    Task<GatewayAnswer> RefundAsync(string intentId, long amountMinor, string idempotencyKey, CancellationToken ct);

    /// <summary>The intent as the provider has it now; an intent whose payment was declined is <see cref="GatewayAnswer.Refused"/>.</summary>
    Task<GatewayAnswer> RetrieveAsync(string intentId, CancellationToken ct);
}

/// <param name="PaymentMethod">The provider's token, such as <c>pm_card_visa</c>; never a card number.</param>
public sealed record Authorization(Guid OrderId, long AmountMinor, string Currency, string PaymentMethod, string IdempotencyKey);
