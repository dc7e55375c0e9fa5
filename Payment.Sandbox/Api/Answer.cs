namespace Shop.PaymentSandbox.Api;

/// <summary>An answer to one request, and what is to go wrong on its way.</summary>
internal sealed record Answer(int Status, byte[] Body)
{
    /// <summary>Stripe keeps an answer under its idempotency key once it has begun to act, but not when it rejected the request unread.</summary>
    public bool IsKept { get; init; } = true;

    public bool IsReplayed { get; init; }

    public bool HasQueuedWebhook { get; init; }

    public FaultKind Fault { get; init; }
}
