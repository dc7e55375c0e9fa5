using System.Globalization;
using Shop.PaymentSandbox.Storage;
using Shop.PaymentSandbox.Webhooks;

namespace Shop.PaymentSandbox.Api;

/// <summary>The payment intents: create with confirmation, capture, cancel. Runs inside the ledger's transaction.</summary>
internal sealed class PaymentIntents(WebhookQueue webhooks, TimeProvider time)
{
    private const long LargestAmountMinor = 99_999_999;

    public Answer Create(LedgerTables tables, NewIntent request)
    {
        var (sequence, id) = tables.NextIntentId();
        var isManual = request.CaptureMethod == "manual";
        var isDeclined = request.Card.DeclineCode is not null;
        var intent = new PaymentIntent
        {
            Sequence = sequence,
            Id = id,
            OrderId = request.OrderId,
            AmountMinor = request.AmountMinor,
            Currency = request.Currency,
            PaymentMethod = request.PaymentMethod,
            CaptureMethod = request.CaptureMethod,
            Status = isDeclined ? IntentStatus.RequiresPaymentMethod : isManual ? IntentStatus.RequiresCapture : IntentStatus.Succeeded,
            CreatedUnixSeconds = Now(),
            IdempotencyKey = request.IdempotencyKey,
            MetadataJson = request.MetadataJson,
            DeclineCode = request.Card.DeclineCode,
            CapturedMinor = isDeclined || isManual ? 0 : request.AmountMinor,
            Captures = isDeclined || isManual ? 0 : 1,
        };
        tables.Insert(intent);
        var eventType = isDeclined ? "payment_intent.payment_failed"
            : isManual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded";
        var isQueued = webhooks.Queue(tables, eventType, intent, StripeJson.Write);
        var answer = isDeclined ? StripeErrors.Declined(intent) : new Answer(200, StripeJson.Render(intent));
        return answer with { HasQueuedWebhook = isQueued, Fault = request.Card.FirstAnswer };
    }

    public Answer Capture(LedgerTables tables, string id, Form form)
    {
        if (tables.FindIntent(id) is not { } intent) return StripeErrors.NoSuch("payment_intent", id, "intent");
        if (intent.Status != IntentStatus.RequiresCapture) return StripeErrors.UnexpectedState(intent, "captured");
        if (!TryReadAmount(form["amount_to_capture"], intent.AmountMinor, out var amount))
            return StripeErrors.Invalid("parameter_invalid_integer", "amount_to_capture", "Invalid integer.");
        if (amount > intent.AmountMinor)
            return StripeErrors.Invalid("amount_too_large", "amount_to_capture", "The amount to capture is greater than the amount authorized.");
        if (intent.PaymentMethod == Card.CaptureRefused) return StripeErrors.AuthorizationExpired(intent);

        return Save(tables, "payment_intent.succeeded", intent with
        {
            Status = IntentStatus.Succeeded,
            CapturedMinor = amount,
            Captures = intent.Captures + 1,
        });
    }

    public Answer Cancel(LedgerTables tables, string id)
    {
        if (tables.FindIntent(id) is not { } intent) return StripeErrors.NoSuch("payment_intent", id, "intent");
        if (intent.Status is IntentStatus.Succeeded or IntentStatus.Canceled) return StripeErrors.UnexpectedState(intent, "canceled");
        return Save(tables, "payment_intent.canceled", intent with
        {
            Status = IntentStatus.Canceled,
            CanceledUnixSeconds = Now(),
            Cancels = intent.Cancels + 1,
        });
    }

    public static Answer Find(LedgerTables tables, string id) => tables.FindIntent(id) is { } intent
        ? new Answer(200, StripeJson.Render(intent))
        : StripeErrors.NoSuch("payment_intent", id, "intent");

    /// <summary>Reads an amount in minor units; without one it is <paramref name="otherwise"/>.</summary>
    public static bool TryReadAmount(string? text, long otherwise, out long amountMinor)
    {
        amountMinor = otherwise;
        return text is null || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out amountMinor)
            && amountMinor is > 0 and <= LargestAmountMinor);
    }

    private Answer Save(LedgerTables tables, string eventType, PaymentIntent intent)
    {
        tables.Update(intent);
        var isQueued = webhooks.Queue(tables, eventType, intent, StripeJson.Write);
        return new Answer(200, StripeJson.Render(intent)) { HasQueuedWebhook = isQueued };
    }

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
