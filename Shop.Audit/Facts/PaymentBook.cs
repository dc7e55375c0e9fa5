using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

public sealed class PaymentFacts
{
    public long AmountMinor { get; internal set; }

    public string? Currency { get; internal set; }

    public long CapturedMinor { get; internal set; }

    public long RefundedMinor { get; internal set; }

    public int Captures { get; internal set; }

    /// <summary>Authorized, and neither captured nor voided since.</summary>
    public bool IsHeld { get; internal set; }

    /// <summary>What the provider was asked for and has not answered, such as <c>capture</c>; null when nothing is due.</summary>
    public string? Due => Authorizing ? "authorization" : Capturing ? "capture" : Voiding ? "void" : Refunding || RefundingPart ? "refund" : null;

    /// <summary>What went back for each return.</summary>
    public IDictionary<Guid, long> Parts { get; } = new Dictionary<Guid, long>();

    public long KeptMinor => CapturedMinor - RefundedMinor;

    internal bool Authorizing { get; set; }

    internal bool Capturing { get; set; }

    internal bool Voiding { get; set; }

    internal bool Refunding { get; set; }

    internal bool RefundingPart { get; set; }
}

/// <summary>What Payment.Api believes of each order's money.</summary>
public sealed class PaymentBook : IEventBook
{
    private readonly Dictionary<Guid, PaymentFacts> payments = [];

    public IReadOnlyDictionary<Guid, PaymentFacts> All => payments;

    /// <summary>What the provider's books would say of these orders if ours are right.</summary>
    internal IReadOnlyList<ProviderIntent> AsProvider(IEnumerable<Guid> orders) =>
    [
        .. from orderId in orders
           let payment = payments.GetValueOrDefault(orderId)
           where payment is { CapturedMinor: > 0 }
           select new ProviderIntent(
               $"intent of {orderId:D}", $"{orderId:D}", payment.AmountMinor, payment.Currency ?? "", "succeeded", payment.CapturedMinor, payment.RefundedMinor,
               payment.Captures, payment.RefundedMinor > 0 ? 1 : 0),
    ];

    /// <inheritdoc cref="OrderBook.Forget"/>
    internal void Forget(Guid orderId) => payments.Remove(orderId);

    bool IEventBook.Apply(RecordedEvent recorded, JsonElement data)
    {
        if (!recorded.Type.StartsWith("payment-", StringComparison.Ordinal))
            return false;
        var orderId = Stored.IdOf(recorded);
        if (!payments.TryGetValue(orderId, out var payment))
            payments.Add(orderId, payment = new());
        return recorded.Type switch
        {
            "payment-authorization-requested.v1" or "payment-capture-requested.v1" or "payment-void-requested.v1" or "payment-refund-requested.v1"
                or "payment-part-refund-requested.v1" =>
                Request(payment, recorded.Type, data),
            "payment-fenced.v1" or "payment-found-held.v1" or "payment-call-refused.v1" or "payment-outcome-unknown.v1" => true,
            _ => Answer(payment, recorded.Type, data),
        };
    }

    private static bool Request(PaymentFacts payment, string type, JsonElement data)
    {
        switch (type)
        {
            case "payment-authorization-requested.v1":
                payment.Authorizing = true;
                payment.AmountMinor = data.GetProperty("amountMinor").GetInt64();
                payment.Currency = data.GetProperty("currency").GetString();
                break;
            case "payment-capture-requested.v1":
                payment.Capturing = true;
                break;
            case "payment-void-requested.v1":
                payment.Voiding = true;
                break;
            case "payment-part-refund-requested.v1":
                payment.RefundingPart = true;
                break;
            default:
                payment.Refunding = true;
                break;
        }

        return true;
    }

    private static bool Answer(PaymentFacts payment, string type, JsonElement data)
    {
        switch (type)
        {
            case "payment-authorized.v1":
                payment.Authorizing = false;
                payment.IsHeld = true;
                break;
            case "payment-declined.v1":
                payment.Authorizing = payment.Voiding = payment.Refunding = false;
                break;
            case "payment-captured.v1":
                payment.Capturing = payment.IsHeld = false;
                Capture(payment, data);
                break;
            case "payment-capture-rejected.v1":
                // Whatever was authorized must still be given back.
                payment.Capturing = false;
                payment.Voiding = true;
                break;
            case "payment-voided.v1":
                payment.Authorizing = payment.Voiding = payment.Refunding = payment.IsHeld = false;
                break;
            case "payment-charge-found.v1":
                payment.Voiding = payment.IsHeld = false;
                payment.Refunding = true;
                Capture(payment, data);
                break;
            case "payment-refunded.v1":
                payment.Voiding = payment.Refunding = payment.RefundingPart = false;
                Refund(payment, data);
                break;
            case "payment-part-refunded.v1":
                payment.RefundingPart = false;
                if (!payment.Parts.TryAdd(data.GetProperty("returnId").GetGuid(), data.GetProperty("amountMinor").GetInt64()))
                    throw new UnreadableEventException("one refund per return", "another one");
                Refund(payment, data);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void Refund(PaymentFacts payment, JsonElement data)
    {
        payment.RefundedMinor += data.GetProperty("amountMinor").GetInt64();
        if (payment.RefundedMinor > payment.CapturedMinor)
            throw new UnreadableEventException("refunds ≤ captured", $"{payment.RefundedMinor} refunded of {payment.CapturedMinor}");
    }

    private static void Capture(PaymentFacts payment, JsonElement data)
    {
        payment.Captures++;
        payment.CapturedMinor += data.GetProperty("amountMinor").GetInt64();
    }
}
