namespace Shop.Contracts;

/// <summary>Command to Payment.Api (Try): hold the amount on the customer's payment method.</summary>
public sealed record AuthorizePayment
{
    public required Guid OrderId { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>, at least 1.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>Token of the payment method at the provider; never card data.</summary>
    public required string PaymentMethod { get; init; }
}

/// <summary>Command to Payment.Api (Confirm): take the authorized amount.</summary>
public sealed record CapturePayment
{
    public required Guid OrderId { get; init; }
}

/// <summary>Command to Payment.Api (Cancel): give the authorization back; a fence when there was none.</summary>
public sealed record VoidPayment
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Payment.Api (compensation): captured money goes back; an authorization still held is voided.</summary>
public sealed record RefundPayment
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="AuthorizePayment"/>: the amount is held.</summary>
public sealed record PaymentAuthorized
{
    public required Guid OrderId { get; init; }
}

/// <summary>Reply to <see cref="AuthorizePayment"/>: nothing is held.</summary>
public sealed record PaymentDeclined
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="CapturePayment"/>, or to a Cancel that came second: the money is taken.</summary>
public sealed record PaymentCaptured
{
    public required Guid OrderId { get; init; }

    public required long AmountMinor { get; init; }
}

/// <summary>Reply to <see cref="CapturePayment"/>: refused for good, no money is taken.</summary>
public sealed record PaymentCaptureRejected
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="VoidPayment"/>, or to a Try or Confirm that came second: nothing is held.</summary>
public sealed record PaymentVoided
{
    public required Guid OrderId { get; init; }
}

/// <summary>Reply to <see cref="RefundPayment"/>: nothing is held and nothing is kept.</summary>
public sealed record PaymentRefunded
{
    public required Guid OrderId { get; init; }

    /// <summary>What was given back, in minor units; 0 when nothing had been captured.</summary>
    public required long AmountMinor { get; init; }
}
