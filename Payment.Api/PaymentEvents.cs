using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Payments;

/// <summary>What happened to the payment of one order.</summary>
// Stored format: never edit a record or its name, add a version.
public abstract record PaymentEvent(DateTimeOffset At)
{
    /// <summary>The durable intent: written before the provider is called for the first time.</summary>
    public sealed record AuthorizationRequested(
        Guid OrderId, long AmountMinor, string Currency, string PaymentMethod, string IdempotencyKey, DateTimeOffset At) : PaymentEvent(At);

    public sealed record Authorized(string IntentId, DateTimeOffset At) : PaymentEvent(At);

    public sealed record Declined(string Reason, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>A Cancel or a refund came before the Try: no Try will be accepted.</summary>
    public sealed record Fenced(Guid OrderId, string Reason, DateTimeOffset At) : PaymentEvent(At);

    public sealed record CaptureRequested(DateTimeOffset At) : PaymentEvent(At);

    public sealed record Captured(long AmountMinor, DateTimeOffset At) : PaymentEvent(At);

    public sealed record CaptureRejected(string Reason, DateTimeOffset At) : PaymentEvent(At);

    public sealed record VoidRequested(string Reason, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The provider holds nothing any more.</summary>
    public sealed record Voided(DateTimeOffset At) : PaymentEvent(At);

    public sealed record RefundRequested(string Reason, DateTimeOffset At) : PaymentEvent(At);

    public sealed record Refunded(long AmountMinor, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>A part of what was captured is to go back, for one return.</summary>
    public sealed record PartRefundRequested(Guid ReturnId, long AmountMinor, string Reason, DateTimeOffset At) : PaymentEvent(At);

    public sealed record PartRefunded(Guid ReturnId, long AmountMinor, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>What was to be cancelled turned out to be captured at the provider: it will be refunded.</summary>
    public sealed record ChargeFound(long AmountMinor, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The provider refused to cancel, and says that the intent is still open: it will be cancelled again.</summary>
    public sealed record FoundHeld(string Status, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>The provider refused what must succeed in the end. It stays due.</summary>
    public sealed record CallRefused(ProviderCallKind Call, string Code, string Message, DateTimeOffset At) : PaymentEvent(At);

    /// <summary>It is not known whether the provider did it. It stays due under the same idempotency key.</summary>
    /// <param name="Attempts">Unknown outcomes of this call so far; written for 1, 2, 4, 8, …</param>
    public sealed record OutcomeUnknown(ProviderCallKind Call, string Reason, int Attempts, DateTimeOffset At) : PaymentEvent(At);
}

public enum ProviderCallKind
{
    [JsonStringEnumMemberName("authorize")]
    Authorize,

    [JsonStringEnumMemberName("capture")]
    Capture,

    [JsonStringEnumMemberName("cancel")]
    Cancel,

    [JsonStringEnumMemberName("refund")]
    Refund,

    [JsonStringEnumMemberName("retrieve")]
    Retrieve,
}

public static class PaymentEvents
{
    public static EventTypes Types { get; } = new EventTypes()
        .Add("payment-authorization-requested.v1", PaymentJson.Default.AuthorizationRequested)
        .Add("payment-authorized.v1", PaymentJson.Default.Authorized)
        .Add("payment-declined.v1", PaymentJson.Default.Declined)
        .Add("payment-fenced.v1", PaymentJson.Default.Fenced)
        .Add("payment-capture-requested.v1", PaymentJson.Default.CaptureRequested)
        .Add("payment-captured.v1", PaymentJson.Default.Captured)
        .Add("payment-capture-rejected.v1", PaymentJson.Default.CaptureRejected)
        .Add("payment-void-requested.v1", PaymentJson.Default.VoidRequested)
        .Add("payment-voided.v1", PaymentJson.Default.Voided)
        .Add("payment-refund-requested.v1", PaymentJson.Default.RefundRequested)
        .Add("payment-refunded.v1", PaymentJson.Default.Refunded)
        .Add("payment-part-refund-requested.v1", PaymentJson.Default.PartRefundRequested)
        .Add("payment-part-refunded.v1", PaymentJson.Default.PartRefunded)
        .Add("payment-charge-found.v1", PaymentJson.Default.ChargeFound)
        .Add("payment-found-held.v1", PaymentJson.Default.FoundHeld)
        .Add("payment-call-refused.v1", PaymentJson.Default.CallRefused)
        .Add("payment-outcome-unknown.v1", PaymentJson.Default.OutcomeUnknown);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PaymentEvent.AuthorizationRequested))]
[JsonSerializable(typeof(PaymentEvent.Authorized))]
[JsonSerializable(typeof(PaymentEvent.Declined))]
[JsonSerializable(typeof(PaymentEvent.Fenced))]
[JsonSerializable(typeof(PaymentEvent.CaptureRequested))]
[JsonSerializable(typeof(PaymentEvent.Captured))]
[JsonSerializable(typeof(PaymentEvent.CaptureRejected))]
[JsonSerializable(typeof(PaymentEvent.VoidRequested))]
[JsonSerializable(typeof(PaymentEvent.Voided))]
[JsonSerializable(typeof(PaymentEvent.RefundRequested))]
[JsonSerializable(typeof(PaymentEvent.Refunded))]
[JsonSerializable(typeof(PaymentEvent.PartRefundRequested))]
[JsonSerializable(typeof(PaymentEvent.PartRefunded))]
[JsonSerializable(typeof(PaymentEvent.ChargeFound))]
[JsonSerializable(typeof(PaymentEvent.FoundHeld))]
[JsonSerializable(typeof(PaymentEvent.CallRefused))]
[JsonSerializable(typeof(PaymentEvent.OutcomeUnknown))]
public sealed partial class PaymentJson : JsonSerializerContext;
