using System.Globalization;
using System.Text;
using System.Text.Json;
using Shop.PaymentSandbox.Storage;

namespace Shop.PaymentSandbox.Api;

/// <summary>The sandbox's own pages, which Stripe does not have: its books, to compare the shop's with. Open to whoever reaches the port.</summary>
internal static class LedgerEndpoints
{
    private const int LargestPage = 10_000;
    private const int MostOrders = 500;

    private static readonly byte[] s_description = Encoding.UTF8.GetBytes("""
        Payment sandbox: a payment provider for tests. It speaks the payment intents and refunds of Stripe's API.

        POST /v1/payment_intents                 confirm=true, capture_method=manual|automatic, metadata[order_id]
        GET  /v1/payment_intents/{id}
        GET  /v1/payment_intents/search          query=metadata['order_id']:'...'
        POST /v1/payment_intents/{id}/capture
        POST /v1/payment_intents/{id}/cancel
        POST /v1/refunds                         GET /v1/refunds/{id}
        GET  /sandbox/ledger                     after, limit; or the intents of some orders: order=...&order=...
        GET  /sandbox/ledger/summary

        pm_card_visa, pm_card_mastercard             approved
        pm_card_chargeDeclined                       declined: generic_decline
        pm_card_chargeDeclinedInsufficientFunds      declined: insufficient_funds
        pm_card_slow                                 approved, answered late
        pm_card_timeoutAfterCharge                   approved, the first request is never answered
        pm_card_errorAfterCharge                     approved, the first answer is a 500
        pm_card_captureRefused                       authorized, the capture is refused for good

        """);

    public static Task DescribeAsync(HttpContext http) => http.AnswerAsync(200, "text/plain; charset=utf-8", s_description);

    public static Task ListAsync(HttpContext http, string dataPath)
    {
        var after = ReadNumber(http.Request, "after", 0);
        var limit = (int)Math.Clamp(ReadNumber(http.Request, "limit", 100), 1, LargestPage);
        var orders = http.Request.Query["order"];
        var records = orders.Count > 0
            ? LedgerReader.ReadOrders(dataPath, orders.OfType<string>().Distinct().Take(MostOrders))
            : LedgerReader.ReadPage(dataPath, after, limit);
        return http.AnswerAsync(200, "application/json", StripeJson.Render((records, hasMore: orders.Count == 0 && records.Count == limit), static (json, page) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("has_more"u8, page.hasMore);
            json.WriteStartArray("data"u8);
            foreach (var record in page.records) Write(json, record);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    public static Task SummarizeAsync(HttpContext http, string dataPath) =>
        http.AnswerAsync(200, "application/json", StripeJson.Render(LedgerReader.Summarize(dataPath), static (json, summaries) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var summary in summaries)
            {
                json.WriteStartObject();
                json.WriteString("status"u8, summary.Status);
                json.WriteString("currency"u8, summary.Currency);
                json.WriteNumber("intents"u8, summary.Intents);
                json.WriteNumber("amount"u8, summary.AmountMinor);
                json.WriteNumber("amount_captured"u8, summary.CapturedMinor);
                json.WriteNumber("amount_refunded"u8, summary.RefundedMinor);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));

    private static void Write(Utf8JsonWriter json, LedgerRecord record)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, record.Sequence);
        json.WriteString("id"u8, record.IntentId);
        json.WriteString("order_id"u8, record.OrderId);
        json.WriteNumber("amount"u8, record.AmountMinor);
        json.WriteString("currency"u8, record.Currency);
        json.WriteString("status"u8, record.Status);
        json.WriteNumber("amount_captured"u8, record.CapturedMinor);
        json.WriteNumber("amount_refunded"u8, record.RefundedMinor);
        json.WriteNumber("created"u8, record.Created.ToUnixTimeSeconds());
        json.WriteString("idempotency_key"u8, record.IdempotencyKey);
        json.WriteString("payment_method"u8, record.PaymentMethod);
        json.WriteNumber("creates"u8, record.Creates);
        json.WriteNumber("captures"u8, record.Captures);
        json.WriteNumber("cancels"u8, record.Cancels);
        json.WriteNumber("refunds"u8, record.Refunds);
        json.WriteEndObject();
    }

    private static long ReadNumber(HttpRequest request, string name, long otherwise) =>
        long.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
