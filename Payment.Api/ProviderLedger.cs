using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.EventSourcing;
using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>The provider's own books on some orders, as an audit compares the shop's with them.</summary>
/// <param name="IsOpen">False: this provider shows its books to nobody; the payment sandbox does.</param>
public sealed record ProviderLedgerResponse(bool IsOpen, IReadOnlyList<LedgerIntent> Intents);

/// <summary>One payment intent in the provider's books.</summary>
/// <param name="OrderId">As the provider was told.</param>
/// <param name="Status">In the provider's words, such as <c>requires_capture</c>.</param>
/// <param name="Captures">How often a capture took effect.</param>
/// <param name="Refunds">How often a refund took effect.</param>
public sealed record LedgerIntent(
    string IntentId, string? OrderId, long AmountMinor, string Currency, string Status, long CapturedMinor, long RefundedMinor, int Captures, int Refunds);

/// <summary>Reads the books of the payment sandbox, where the configured provider is one.</summary>
public sealed class ProviderLedger(IHttpClientFactory http, IOptions<GatewayOptions> options)
{
    private const int MostOrders = 100;
    private const string Stripe = "stripe.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static async Task<Results<Ok<ProviderLedgerResponse>, ProblemHttpResult>> GetAsync(Guid[] order, ProviderLedger ledger, CancellationToken cancellationToken)
    {
        if (order.Length > MostOrders)
            throw new DomainException("too-many-orders", $"These are {order.Length} orders: ask for at most {MostOrders} at a time.") { Field = "order" };
        try
        {
            return TypedResults.Ok(await ledger.ReadAsync(order, cancellationToken));
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable, title: "provider-away", type: "urn:shop:provider-away",
                detail: $"The payment provider's books cannot be read now: {error.Message} Ask again in a moment.");
        }
    }

    /// <exception cref="HttpRequestException">The provider does not answer.</exception>
    public async Task<ProviderLedgerResponse> ReadAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        var address = new Uri(options.Value.BaseUrl);
        if (address.Host.EndsWith(Stripe, StringComparison.OrdinalIgnoreCase))
            return new(false, []);
        using var client = http.CreateClient(nameof(ProviderLedger));
        client.Timeout = Patience;
        var query = orders.Count == 0 ? "limit=1" : string.Join('&', orders.Select(orderId => $"order={orderId:D}"));
        using var answer = await client.GetAsync(new Uri($"{options.Value.BaseUrl.TrimEnd('/')}/sandbox/ledger?{query}"), cancellationToken);
        // Nobody but the sandbox has such a page.
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new(false, []);
        var page = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Page>(Json, cancellationToken);
        return new(true, orders.Count == 0 ? [] : [.. (page?.Data ?? []).Select(intent => new LedgerIntent(
            intent.Id, intent.OrderId, intent.Amount, intent.Currency, intent.Status, intent.AmountCaptured, intent.AmountRefunded, intent.Captures, intent.Refunds))]);
    }

    private sealed record Page(IReadOnlyList<Intent>? Data);

    private sealed record Intent(
        string Id, string? OrderId, long Amount, string Currency, string Status, long AmountCaptured, long AmountRefunded, int Captures, int Refunds);
}
