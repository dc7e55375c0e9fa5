namespace Shop.PaymentSandbox;

/// <summary>Settings of the sandbox, bound from the section <c>Sandbox</c> when it runs alone.</summary>
public sealed class SandboxOptions
{
    /// <summary>The ledger's file. Its folder is made when missing.</summary>
    public string DataPath { get; set; } = Path.Combine("data", "payment-sandbox.db");

    /// <summary>Where to listen, separated by semicolons. Port 0 takes a free one; read it from <c>app.Urls</c> once started.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:0";

    /// <summary>The one key that is let in. Must begin with <c>sk_test_</c>, so that a live key never ends up here.</summary>
    public string SecretKey { get; set; } = "sk_test_shop_sandbox";

    /// <summary>How long <c>pm_card_slow</c> and the fault <see cref="FaultKind.Slow"/> keep an answer back.</summary>
    public double SlowSeconds { get; set; } = 3;

    /// <summary>How long a request that is never answered is held before its connection is dropped.</summary>
    public double HangSeconds { get; set; } = 60;

    public WebhookOptions Webhooks { get; set; } = new();

    public FaultOptions Faults { get; set; } = new();

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataPath))
            throw new InvalidOperationException("Sandbox:DataPath must name the ledger's file.");
        if (!SecretKey.StartsWith("sk_test_", StringComparison.Ordinal))
            throw new InvalidOperationException("Sandbox:SecretKey must begin with sk_test_.");
        if (SlowSeconds < 0 || HangSeconds < 0)
            throw new InvalidOperationException("Sandbox:SlowSeconds and Sandbox:HangSeconds must not be negative.");
        if (Faults.Fraction is < 0 or > 1)
            throw new InvalidOperationException("Sandbox:Faults:Fraction must lie between 0 and 1.");
        if (Faults.Fraction > 0 && Faults.Kinds.Length == 0)
            throw new InvalidOperationException("Sandbox:Faults:Kinds must name at least one fault when Sandbox:Faults:Fraction is set.");
        if (Webhooks.Url is not null && !Uri.TryCreate(Webhooks.Url, UriKind.Absolute, out _))
            throw new InvalidOperationException("Sandbox:Webhooks:Url must be an absolute address.");
        if (Webhooks.Url is not null && string.IsNullOrWhiteSpace(Webhooks.Secret))
            throw new InvalidOperationException("Sandbox:Webhooks:Secret must be set when Sandbox:Webhooks:Url is.");
    }
}

/// <summary>Webhooks are sent only when <see cref="Url"/> is set.</summary>
public sealed class WebhookOptions
{
    public string? Url { get; set; }

    /// <summary>Signs the webhooks; the receiver needs the same.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The event types to send, such as <c>payment_intent.succeeded</c>. Empty: all.</summary>
    public string[] EventTypes { get; set; } = [];

    /// <summary>The pause before the first repeat; it doubles with each failure, up to <see cref="LongestPauseSeconds"/>.</summary>
    public double FirstPauseSeconds { get; set; } = 1;

    public double LongestPauseSeconds { get; set; } = 3600;

    public double TimeoutSeconds { get; set; } = 10;

    internal bool Wants(string eventType) =>
        Url is not null && (EventTypes.Length == 0 || Array.IndexOf(EventTypes, eventType) >= 0);
}

/// <summary>Faults put on POST requests at random. The effect is always durable before the fault shows.</summary>
public sealed class FaultOptions
{
    /// <summary>The share of POST requests that get a fault, 0 to 1.</summary>
    public double Fraction { get; set; }

    public FaultKind[] Kinds { get; set; } = [];

    public int Seed { get; set; } = 1;
}

public enum FaultKind
{
    None,

    /// <summary>The effect is durable; the answer never comes.</summary>
    TimeoutAfterCharge,

    /// <summary>The effect is durable; the answer is a 500.</summary>
    ErrorAfterCharge,

    /// <summary>The effect is durable; the answer comes late.</summary>
    Slow,
}
