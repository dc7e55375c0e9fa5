using Shop.PaymentSandbox.Storage;
using Shop.PaymentSandbox.Webhooks;

namespace Shop.PaymentSandbox.Api;

/// <summary>The refunds. Runs inside the ledger's transaction.</summary>
internal sealed class Refunds(WebhookQueue webhooks, TimeProvider time)
{
    public Answer Create(LedgerTables tables, Form form)
    {
        if (form["payment_intent"] is not { Length: > 0 } intentId) return StripeErrors.Missing("payment_intent");
        if (tables.FindIntent(intentId) is not { } intent) return StripeErrors.NoSuch("payment_intent", intentId, "payment_intent");
        if (intent.CapturedMinor == 0)
            return StripeErrors.Refused("payment_intent_unexpected_state", $"This PaymentIntent ({intent.Id}) does not have a successful charge to refund.");

        var rest = intent.CapturedMinor - intent.RefundedMinor;
        if (rest == 0) return StripeErrors.Refused("charge_already_refunded", $"Charge {intent.ChargeId} has already been refunded.");
        if (!PaymentIntents.TryReadAmount(form["amount"], rest, out var amount))
            return StripeErrors.Invalid("parameter_invalid_integer", "amount", "Invalid integer.");
        if (amount > rest)
            return StripeErrors.Refused("amount_too_large", $"Refund amount ({amount}) is greater than unrefunded amount on charge ({rest}).", "amount");

        var (sequence, id) = tables.NextRefundId();
        var refund = new Refund(sequence, id, intent.Id, amount, intent.Currency, time.GetUtcNow().ToUnixTimeSeconds(), form["reason"]);
        var refunded = intent with { RefundedMinor = intent.RefundedMinor + amount, Refunds = intent.Refunds + 1 };
        tables.Insert(refund, intent);
        tables.Update(refunded);
        var isQueued = webhooks.Queue(tables, "charge.refunded", refunded, StripeJson.WriteCharge);
        return new Answer(200, StripeJson.Render(refund)) { HasQueuedWebhook = isQueued };
    }

    public static Answer Find(LedgerTables tables, string id) => tables.FindRefund(id) is { } refund
        ? new Answer(200, StripeJson.Render(refund))
        : StripeErrors.NoSuch("refund", id, "refund");
}
