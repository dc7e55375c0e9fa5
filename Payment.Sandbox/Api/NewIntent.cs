using System.Text;

namespace Shop.PaymentSandbox.Api;

/// <summary>A checked request for a payment intent.</summary>
internal sealed record NewIntent(
    long AmountMinor, string Currency, string PaymentMethod, Card Card, string CaptureMethod,
    string? OrderId, string MetadataJson, string? IdempotencyKey)
{
    public static (NewIntent? Intent, Answer? Rejection) Read(Form form, string? idempotencyKey)
    {
        foreach (var (key, _) in form.Fields)
        {
            if (!IsKnown(key)) return (null, StripeErrors.Invalid("parameter_unknown", key, $"Received unknown parameter: {key}"));
        }

        if (form["amount"] is not { } amountText) return (null, StripeErrors.Missing("amount"));
        if (!PaymentIntents.TryReadAmount(amountText, 0, out var amount))
            return (null, StripeErrors.Invalid("parameter_invalid_integer", "amount", $"Invalid integer: {amountText}"));
        if (form["currency"] is not { } currency) return (null, StripeErrors.Missing("currency"));
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetter))
            return (null, StripeErrors.Invalid("parameter_invalid_string", "currency", $"Invalid currency: {currency}."));
        var captureMethod = form["capture_method"] ?? "automatic";
        if (captureMethod is not ("manual" or "automatic"))
            return (null, StripeErrors.Invalid("parameter_invalid_string", "capture_method", "Invalid capture_method: must be one of automatic or manual."));
        if (form["confirm"] != "true")
            return (null, StripeErrors.Invalid("parameter_missing", "confirm", "The sandbox creates payment intents with confirm=true only."));
        if (form["payment_method"] is not { } paymentMethod) return (null, StripeErrors.Missing("payment_method"));
        if (Card.Find(paymentMethod) is not { } card)
            return (null, StripeErrors.NoSuch("PaymentMethod", paymentMethod, "payment_method", status: 400));

        var intent = new NewIntent(
            amount, currency.ToLowerInvariant(), paymentMethod, card, captureMethod,
            form["metadata[order_id]"], ReadMetadata(form), idempotencyKey);
        return (intent, null);
    }

    private static bool IsKnown(string key) =>
        key is "amount" or "currency" or "payment_method" or "confirm" or "capture_method" or "description" or "off_session"
            or "error_on_requires_action"
        || (key.StartsWith("metadata[", StringComparison.Ordinal) && key.EndsWith(']'))
        || key.StartsWith("payment_method_types[", StringComparison.Ordinal)
        || key.StartsWith("automatic_payment_methods[", StringComparison.Ordinal);

    private static string ReadMetadata(Form form) => Encoding.UTF8.GetString(StripeJson.Render(form, static (json, fields) =>
    {
        json.WriteStartObject();
        foreach (var (key, value) in fields.Fields)
        {
            if (key.StartsWith("metadata[", StringComparison.Ordinal)) json.WriteString(key["metadata[".Length..^1], value);
        }

        json.WriteEndObject();
    }));
}
