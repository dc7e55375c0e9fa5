using Shop.Payments;
using Shop.Payments.Gateway;

namespace Shop.Services.Tests.PaymentApi;

internal enum CardKind
{
    Approved,
    Declined,
    CaptureRefused,
}

internal enum ProviderFault
{
    None,

    /// <summary>The request never reached the provider.</summary>
    UnknownBeforeEffect,

    /// <summary>The provider did it, and its answer was lost.</summary>
    UnknownAfterEffect,

    /// <summary>The provider refuses without effect, and says so again under the same key.</summary>
    Refusal,
}

/// <summary>A payment provider as far as the gateway shows it: intents, and one answer per idempotency key.</summary>
internal sealed class SimulatedProvider(CardKind card)
{
    private readonly Dictionary<string, GatewayAnswer> kept = [];

    public List<Intent> Intents { get; } = [];

    /// <summary>Idempotency keys in the order of the requests that arrived.</summary>
    public List<string> Requests { get; } = [];

    public long HeldMinor => Intents.Where(intent => intent.Status == "requires_capture").Sum(intent => intent.AmountMinor);

    public long KeptMinor => Intents.Sum(intent => intent.CapturedMinor - intent.RefundedMinor);

    public GatewayAnswer Answer(ProviderCall call, ProviderFault fault)
    {
        if (fault is ProviderFault.UnknownBeforeEffect)
            return new GatewayAnswer.Unknown("connection lost");
        Requests.Add(call.Key);
        if (!kept.TryGetValue(call.Key, out var answer))
        {
            answer = fault is ProviderFault.Refusal && call is not ProviderCall.Retrieve
                ? new GatewayAnswer.Refused("try_again_later", "Not now.", null)
                : Execute(call);
            if (call is not ProviderCall.Retrieve)
                kept.Add(call.Key, answer);
        }

        return fault is ProviderFault.UnknownAfterEffect ? new GatewayAnswer.Unknown("timed out") : answer;
    }

    /// <summary>Somebody captures behind our back, such as in the provider's dashboard.</summary>
    public void CaptureElsewhere()
    {
        foreach (var intent in Intents.Where(intent => intent.Status == "requires_capture"))
            Capture(intent);
    }

    private GatewayAnswer Execute(ProviderCall call) => call switch
    {
        ProviderCall.Authorize authorize => Authorize(authorize.Request),
        ProviderCall.Capture capture => Capture(Find(capture.IntentId)),
        ProviderCall.Cancel cancel => Cancel(Find(cancel.IntentId)),
        ProviderCall.Refund refund => Refund(Find(refund.IntentId), refund.AmountMinor),
        ProviderCall.Retrieve retrieve => Succeeded(Find(retrieve.IntentId)),
        _ => throw new InvalidOperationException(),
    };

    private GatewayAnswer Authorize(Authorization request)
    {
        if (card is CardKind.Declined)
            return new GatewayAnswer.Refused("card_declined", "Your card was declined.", null);
        Intents.Add(new($"pi_{Intents.Count + 1}", request.AmountMinor));
        return Succeeded(Intents[^1]);
    }

    private GatewayAnswer Capture(Intent intent)
    {
        if (intent.Status == "canceled")
            return new GatewayAnswer.Refused(GatewayCodes.AlreadyCanceled, "The intent was cancelled before the capture.", intent.Id);
        if (intent.Status == "requires_capture" && card is CardKind.CaptureRefused)
            return new GatewayAnswer.Refused("capture_charge_authorization_expired", "The authorization has expired.", intent.Id);
        if (intent.Status == "requires_capture")
        {
            intent.Status = "succeeded";
            intent.CapturedMinor = intent.AmountMinor;
            intent.Captures++;
        }

        return Succeeded(intent);
    }

    private static GatewayAnswer Cancel(Intent intent)
    {
        if (intent.Status == "succeeded")
            return new GatewayAnswer.Refused(GatewayCodes.AlreadyCaptured, "The intent was captured before the cancellation.", intent.Id);
        if (intent.Status == "requires_capture")
            intent.Cancels++;
        intent.Status = "canceled";
        return Succeeded(intent);
    }

    private static GatewayAnswer Refund(Intent intent, long amountMinor)
    {
        if (intent.CapturedMinor - intent.RefundedMinor < amountMinor)
            return new GatewayAnswer.Refused("charge_already_refunded", "The charge has already been refunded.", intent.Id);
        intent.RefundedMinor += amountMinor;
        intent.Refunds++;
        return new GatewayAnswer.Succeeded(intent.Id, "succeeded", amountMinor);
    }

    private static GatewayAnswer.Succeeded Succeeded(Intent intent) => new(intent.Id, intent.Status, intent.AmountMinor);

    private Intent Find(string intentId) => Intents.Single(intent => intent.Id == intentId);

    internal sealed class Intent(string id, long amountMinor)
    {
        public string Id => id;

        public long AmountMinor => amountMinor;

        public string Status { get; set; } = "requires_capture";

        public long CapturedMinor { get; set; }

        public long RefundedMinor { get; set; }

        public int Captures { get; set; }

        public int Cancels { get; set; }

        public int Refunds { get; set; }
    }
}
