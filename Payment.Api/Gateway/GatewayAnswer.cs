namespace Shop.Payments.Gateway;

/// <summary>What the provider said. There is no fourth case, and none is an exception.</summary>
public abstract record GatewayAnswer
{
    private GatewayAnswer()
    {
    }

    /// <summary>Authorized, captured, cancelled or refunded.</summary>
    /// <param name="Status">The provider's status: <c>requires_capture</c>, <c>succeeded</c>, <c>canceled</c>.</param>
    /// <param name="AmountMinor">Of an authorization or cancellation the intent's amount, of a capture what was taken, of a refund what this refund gave back.</param>
    public sealed record Succeeded(string IntentId, string Status, long AmountMinor) : GatewayAnswer;

    /// <summary>The provider said no, for good.</summary>
    /// <param name="Code">The reason for a declined card (<c>insufficient_funds</c>), else the provider's error code or one of <see cref="GatewayCodes"/>.</param>
    public sealed record Refused(string Code, string Message, string? IntentId) : GatewayAnswer;

    /// <summary>Nobody knows whether it took place: ask again under the same key.</summary>
    public sealed record Unknown(string Reason) : GatewayAnswer;
}

/// <summary>Codes of refusals that the gateway tells itself; all others are the provider's.</summary>
public static class GatewayCodes
{
    public const string AlreadyCaptured = "already_captured";
    public const string AlreadyCanceled = "already_canceled";
    public const string CapturedOtherAmount = "captured_other_amount";

    /// <summary>The customer would have to prove who they are, for which the shop has no page.</summary>
    public const string AuthenticationRequired = "authentication_required";
}
