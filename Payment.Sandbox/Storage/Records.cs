namespace Shop.PaymentSandbox.Storage;

internal static class IntentStatus
{
    public const string RequiresPaymentMethod = "requires_payment_method";
    public const string RequiresCapture = "requires_capture";
    public const string Succeeded = "succeeded";
    public const string Canceled = "canceled";
}

internal sealed record PaymentIntent
{
    public required long Sequence { get; init; }
    public required string Id { get; init; }
    public required string? OrderId { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required string PaymentMethod { get; init; }
    public required string CaptureMethod { get; init; }
    public required string Status { get; init; }
    public required long CreatedUnixSeconds { get; init; }
    public required string? IdempotencyKey { get; init; }
    public required string MetadataJson { get; init; }
    public string? DeclineCode { get; init; }
    public long CapturedMinor { get; init; }
    public long RefundedMinor { get; init; }
    public long? CanceledUnixSeconds { get; init; }
    public int Captures { get; init; }
    public int Cancels { get; init; }
    public int Refunds { get; init; }

    public string ChargeId => string.Concat("ch_", Id.AsSpan(3));
}

internal sealed record Refund(
    long Sequence, string Id, string IntentId, long AmountMinor, string Currency, long CreatedUnixSeconds, string? Reason);

internal sealed record SavedAnswer(byte[] Fingerprint, int Status, byte[] Body);

internal sealed record QueuedWebhook(long Sequence, byte[] Body, int Attempts);

/// <summary>One payment intent as the books have it. The counts say how often each effect took place; a repeat under the same idempotency key is none.</summary>
public sealed record LedgerRecord(
    long Sequence,
    string IntentId,
    string? OrderId,
    long AmountMinor,
    string Currency,
    string Status,
    long CapturedMinor,
    long RefundedMinor,
    DateTimeOffset Created,
    string? IdempotencyKey,
    string PaymentMethod,
    int Creates,
    int Captures,
    int Cancels,
    int Refunds);

/// <summary>All intents of one status and currency.</summary>
public sealed record LedgerSummary(string Status, string Currency, long Intents, long AmountMinor, long CapturedMinor, long RefundedMinor);
