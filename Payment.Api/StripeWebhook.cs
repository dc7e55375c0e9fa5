using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.EventSourcing;
using Shop.Messaging.Local;
using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>
/// News from the provider. What it says is not believed, only that there is something to ask: the call that is due is made
/// now instead of after its pause.
/// </summary>
public static class StripeWebhook
{
    private const int MaxBodyBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/payments/webhooks/stripe", ReceiveAsync)
            .WithTags("Payments")
            .WithSummary("Receives the payment provider's signed events.")
            .AllowAnonymous();

    private static async Task<Results<Ok, ProblemHttpResult>> ReceiveAsync(
        HttpRequest request, EventStore<PaymentsModule> store, LocalQueue<CallProvider> calls, IOptions<GatewayOptions> options, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(request, cancellationToken);
        if (body is null || !IsSigned(request, body, options.Value.WebhookSecret, clock))
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status400BadRequest, title: "Bad signature",
                detail: $"The Stripe-Signature header does not fit this body: sign it with the secret in {GatewayOptions.Section}:WebhookSecret.");
        }

        if (OrderIdOf(body) is not { } orderId)
            return TypedResults.Ok();
        var (payment, _) = await store.ReadAsync(Payment.Aggregate, orderId, cancellationToken);
        if (PaymentPolicy.NextCall(payment) is null)
            return TypedResults.Ok();
        await store.ExecuteAsync(
            unit =>
            {
                calls.Send(unit, new() { OrderId = orderId });
                return Task.FromResult(orderId);
            },
            cancellationToken: cancellationToken);
        return TypedResults.Ok();
    }

    /// <summary>The order in the metadata of the event's object, or null when it is none of ours.</summary>
    public static Guid? OrderIdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("data", out var data)
                && data.TryGetProperty("object", out var about)
                && about.TryGetProperty("metadata", out var metadata)
                && metadata.TryGetProperty("order_id", out var orderId)
                && Guid.TryParse(orderId.GetString(), out var id)
                    ? id
                    : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsSigned(HttpRequest request, byte[] body, string secret, TimeProvider clock) =>
        WebhookSignature.Verify(request.Headers["Stripe-Signature"], body, secret, clock.GetUtcNow(), WebhookSignature.DefaultTolerance);

    /// <summary>The bytes as signed, or null when they are more than any event has.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBodyBytes)
            return null;
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > MaxBodyBytes)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
