using System.Buffers;
using System.Text.Json;
using Shop.PaymentSandbox.Storage;

namespace Shop.PaymentSandbox.Api;

/// <summary>Stripe's objects as JSON, as far as the sandbox knows their fields.</summary>
internal static class StripeJson
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    public static byte[] Render<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = t_writer ??= new Utf8JsonWriter(buffer);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, value);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Render(PaymentIntent intent) => Render(intent, Write);

    public static byte[] Render(Refund refund) => Render(refund, Write);

    public static void Write(Utf8JsonWriter json, PaymentIntent intent)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, intent.Id);
        json.WriteString("object"u8, "payment_intent"u8);
        json.WriteNumber("amount"u8, intent.AmountMinor);
        json.WriteNumber("amount_capturable"u8, intent.Status == IntentStatus.RequiresCapture ? intent.AmountMinor : 0);
        json.WriteNumber("amount_received"u8, intent.CapturedMinor);
        if (intent.CanceledUnixSeconds is { } canceled) json.WriteNumber("canceled_at"u8, canceled);
        else json.WriteNull("canceled_at"u8);
        json.WriteString("capture_method"u8, intent.CaptureMethod);
        json.WriteString("confirmation_method"u8, "automatic"u8);
        json.WriteNumber("created"u8, intent.CreatedUnixSeconds);
        json.WriteString("currency"u8, intent.Currency);
        WriteLastError(json, intent);
        json.WriteString("latest_charge"u8, intent.ChargeId);
        json.WriteBoolean("livemode"u8, false);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(intent.MetadataJson, skipInputValidation: true);
        // A declined method is detached from its intent, as Stripe does.
        json.WriteString("payment_method"u8, intent.DeclineCode is null ? intent.PaymentMethod : null);
        json.WriteStartArray("payment_method_types"u8);
        json.WriteStringValue("card"u8);
        json.WriteEndArray();
        json.WriteString("status"u8, intent.Status);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Refund refund)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, refund.Id);
        json.WriteString("object"u8, "refund"u8);
        json.WriteNumber("amount"u8, refund.AmountMinor);
        json.WriteString("charge"u8, string.Concat("ch_", refund.IntentId.AsSpan(3)));
        json.WriteNumber("created"u8, refund.CreatedUnixSeconds);
        json.WriteString("currency"u8, refund.Currency);
        json.WriteString("payment_intent"u8, refund.IntentId);
        json.WriteString("reason"u8, refund.Reason);
        json.WriteString("status"u8, "succeeded"u8);
        json.WriteEndObject();
    }

    /// <summary>The charge behind an intent, which the event <c>charge.refunded</c> is about.</summary>
    public static void WriteCharge(Utf8JsonWriter json, PaymentIntent intent)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, intent.ChargeId);
        json.WriteString("object"u8, "charge"u8);
        json.WriteNumber("amount"u8, intent.AmountMinor);
        json.WriteNumber("amount_captured"u8, intent.CapturedMinor);
        json.WriteNumber("amount_refunded"u8, intent.RefundedMinor);
        json.WriteBoolean("captured"u8, intent.CapturedMinor > 0);
        json.WriteNumber("created"u8, intent.CreatedUnixSeconds);
        json.WriteString("currency"u8, intent.Currency);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(intent.MetadataJson, skipInputValidation: true);
        json.WriteString("payment_intent"u8, intent.Id);
        json.WriteBoolean("refunded"u8, intent.RefundedMinor == intent.CapturedMinor);
        json.WriteString("status"u8, "succeeded"u8);
        json.WriteEndObject();
    }

    public static byte[] RenderSearch(IReadOnlyList<PaymentIntent> intents) => Render(intents, static (json, found) =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "search_result"u8);
        json.WriteString("url"u8, "/v1/payment_intents/search"u8);
        json.WriteBoolean("has_more"u8, false);
        json.WriteStartArray("data"u8);
        foreach (var intent in found) Write(json, intent);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteLastError(Utf8JsonWriter json, PaymentIntent intent)
    {
        if (intent.DeclineCode is null)
        {
            json.WriteNull("last_payment_error"u8);
            return;
        }

        json.WriteStartObject("last_payment_error"u8);
        json.WriteString("type"u8, "card_error"u8);
        json.WriteString("code"u8, "card_declined"u8);
        json.WriteString("decline_code"u8, intent.DeclineCode);
        json.WriteString("message"u8, StripeErrors.DeclineMessage(intent.DeclineCode));
        json.WriteEndObject();
    }
}
