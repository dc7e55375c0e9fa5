using Microsoft.AspNetCore.Http.HttpResults;
using Shop.EventSourcing;
using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>What the provider says of a payment now.</summary>
/// <param name="Answer"><c>known</c>, <c>refused</c> (the provider says no: the card was declined), <c>unknown</c> (no answer), <c>not-asked</c>.</param>
/// <param name="Status">The provider's status of the intent, such as <c>requires_capture</c>.</param>
/// <param name="AmountMinor">Held, or taken once it has <c>succeeded</c>.</param>
/// <param name="Message">In the provider's words, or why it was not asked.</param>
public sealed record ProviderStatement(string Answer, string? Status, long? AmountMinor, string? Message);

/// <summary>A payment as the shop and as the provider have it, side by side.</summary>
/// <param name="Agrees">Null while something is under way between the two, or the provider's answer is not known.</param>
public sealed record PaymentSideBySide(PaymentRow Shop, ProviderStatement Provider, bool? Agrees);

internal static class ProviderView
{
    private const string NoIntent =
        "The provider has given no intent's id yet, and without one it cannot be asked without doing something. The authorization goes on being asked for under the same idempotency key until it answers.";

    public static async Task<Results<Ok<PaymentSideBySide>, ProblemHttpResult>> GetAsync(
        Guid orderId, EventStore<PaymentsModule> store, IPaymentGateway gateway, CancellationToken cancellationToken)
    {
        var (payment, version) = await store.ReadAsync(Payment.Aggregate, orderId, cancellationToken);
        if (payment is Payment.None)
            return PaymentEndpoints.NotFound(orderId);
        var row = PaymentRow.Of(payment, version);
        var answer = row.IntentId is { } intentId ? await gateway.RetrieveAsync(intentId, cancellationToken) : null;
        return TypedResults.Ok(new PaymentSideBySide(row, Describe(answer), Agrees(row, answer)));
    }

    public static ProviderStatement Describe(GatewayAnswer? answer) => answer switch
    {
        GatewayAnswer.Succeeded known => new("known", known.Status, known.AmountMinor, null),
        GatewayAnswer.Refused refused => new("refused", null, null, $"{refused.Code}: {refused.Message}"),
        GatewayAnswer.Unknown unknown => new("unknown", null, null, unknown.Reason),
        _ => new("not-asked", null, null, NoIntent),
    };

    public static bool? Agrees(PaymentRow shop, GatewayAnswer? answer) => (shop.State, answer) switch
    {
        ("authorized", GatewayAnswer.Succeeded held) => held.Status == "requires_capture" && held.AmountMinor == shop.AmountMinor,
        ("captured" or "refunded", GatewayAnswer.Succeeded taken) => taken.Status == "succeeded" && taken.AmountMinor == shop.CapturedMinor,
        ("voided", GatewayAnswer.Succeeded released) => released.Status == "canceled",
        ("declined", GatewayAnswer.Succeeded other) => other.Status == "canceled",
        ("declined" or "voided", GatewayAnswer.Refused) => true,
        ("authorized" or "captured" or "refunded", GatewayAnswer.Refused) => false,
        _ => null,
    };
}
