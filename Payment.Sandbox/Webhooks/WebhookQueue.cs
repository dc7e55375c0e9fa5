using System.Security.Cryptography;
using System.Text.Json;
using Shop.PaymentSandbox.Api;
using Shop.PaymentSandbox.Storage;

namespace Shop.PaymentSandbox.Webhooks;

/// <summary>Puts an event into the ledger in the transaction of the effect it tells of, so that it is sent if and only if that is durable.</summary>
internal sealed class WebhookQueue(WebhookOptions options, TimeProvider time)
{
    public bool Queue(LedgerTables tables, string eventType, PaymentIntent intent, Action<Utf8JsonWriter, PaymentIntent> writeObject)
    {
        if (!options.Wants(eventType)) return false;
        var now = time.GetUtcNow();
        var body = StripeJson.Render((eventType, intent, writeObject, now), static (json, webhook) =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, "evt_" + RandomNumberGenerator.GetHexString(24, lowercase: true));
            json.WriteString("object"u8, "event"u8);
            json.WriteNumber("created"u8, webhook.now.ToUnixTimeSeconds());
            json.WriteStartObject("data"u8);
            json.WritePropertyName("object"u8);
            webhook.writeObject(json, webhook.intent);
            json.WriteEndObject();
            json.WriteBoolean("livemode"u8, false);
            json.WriteString("type"u8, webhook.eventType);
            json.WriteEndObject();
        });
        tables.QueueWebhook(body, now.ToUnixTimeMilliseconds());
        return true;
    }
}
