using System.Net;
using System.Text.Json;

namespace Shop.Payments.Gateway;

/// <summary>What the gateway needs from a response of Stripe: of an intent or refund, or of an error envelope.</summary>
internal sealed record StripeReply
{
    public required HttpStatusCode HttpStatus { get; init; }
    public string? Id { get; init; }
    public string? Status { get; init; }
    public long AmountMinor { get; init; }
    public long ReceivedMinor { get; init; }

    /// <summary>Of a refund: the intent it belongs to.</summary>
    public string? IntentId { get; init; }

    public StripeError? Error { get; init; }

    public bool IsObject => HttpStatus == HttpStatusCode.OK && Id is not null && Status is not null;

    public static StripeReply Read(HttpStatusCode httpStatus, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        return new StripeReply
        {
            HttpStatus = httpStatus,
            Id = Text(root, "id"u8),
            Status = Text(root, "status"u8),
            AmountMinor = Number(root, "amount"u8),
            ReceivedMinor = Number(root, "amount_received"u8),
            IntentId = Text(root, "payment_intent"u8),
            Error = ReadError(root, httpStatus == HttpStatusCode.OK ? "last_payment_error"u8 : "error"u8),
        };
    }

    private static StripeError? ReadError(JsonElement root, ReadOnlySpan<byte> property)
    {
        if (!root.TryGetProperty(property, out var error) || error.ValueKind != JsonValueKind.Object) return null;
        var intentId = error.TryGetProperty("payment_intent"u8, out var intent) && intent.ValueKind == JsonValueKind.Object
            ? Text(intent, "id"u8)
            : null;
        return new StripeError(
            Text(error, "type"u8), Text(error, "code"u8), Text(error, "decline_code"u8), Text(error, "message"u8) ?? "", intentId);
    }

    private static string? Text(JsonElement element, ReadOnlySpan<byte> property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, ReadOnlySpan<byte> property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}

internal sealed record StripeError(string? Type, string? Code, string? DeclineCode, string Message, string? IntentId)
{
    public string Reason => DeclineCode ?? Code ?? Type ?? "refused";
}
