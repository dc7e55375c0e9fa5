using System.Text.Json;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Host.Tests.Past;

/// <summary>The four logs, read once, and what they say of an order at an instant: from the stored JSON, without the services' code.</summary>
internal sealed class OrderLogs
{
    private readonly Dictionary<string, RecordedEvent[]> streams;

    private OrderLogs(IEnumerable<RecordedEvent> all) => streams = all.GroupBy(recorded => recorded.Stream).ToDictionary(stream => stream.Key, stream => stream.ToArray());

    public static async Task<OrderLogs> ReadAsync(IEnumerable<EventStore> stores)
    {
        var all = new List<RecordedEvent>();
        foreach (var store in stores)
            all.AddRange(await store.Engine.ReadLogAsync(0, int.MaxValue, default));
        return new(all);
    }

    public IReadOnlyList<Guid> Orders => [.. streams.Keys.Where(name => name.StartsWith("order-", StringComparison.Ordinal) && !name.StartsWith("order-saga-", StringComparison.Ordinal))
        .Select(name => Guid.Parse(name["order-".Length..])).Order()];

    /// <summary>Every instant at which something about the order was recorded, and one before.</summary>
    public DateTimeOffset[] Instants(Guid order)
    {
        var all = new[] { $"order-{order}", $"order-saga-{order}", $"payment-{order}", $"reservation-{order}" }
            .SelectMany(Of).Select(recorded => recorded.RecordedAt).Distinct().Order().ToArray();
        return [all[0].AddMilliseconds(-1), .. all];
    }

    public OrderThen At(Guid order, DateTimeOffset time)
    {
        var placed = Until($"order-{order}", time);
        var saga = Until($"order-saga-{order}", time);
        var payment = Until($"payment-{order}", time);
        var stock = Until($"reservation-{order}", time);
        return new(
            Last(placed, "order-", "confirmed", "rejected", "cancelled", "placed"), placed.Length,
            payment.Length == 0 ? null : Payment(payment), Captured(payment),
            Last(stock, "reservation-", "confirmed", "cancelled", "rejected", "fenced", "returned", "expired", "held"),
            saga.Length == 0 ? null : Json(saga[^1]).GetProperty("to").GetString()!.ToLowerInvariant(), saga.Length,
            [.. HappyMessages(placed, saga, payment, stock).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Count and sum of the orders placed and confirmed by then.</summary>
    public (int Orders, long TotalMinor) Totals(DateTimeOffset time, string status)
    {
        var then = Orders.Where(order => At(order, time).Status == status).ToArray();
        return (then.Length, then.Sum(order => Json(Of($"order-{order}")[0]).GetProperty("totalMinor").GetInt64()));
    }

    private RecordedEvent[] Of(string stream) => streams.GetValueOrDefault(stream) ?? [];

    private RecordedEvent[] Until(string stream, DateTimeOffset time) => [.. Of(stream).Where(recorded => recorded.RecordedAt <= time)];

    private static string? Last(RecordedEvent[] events, string category, params string[] states) =>
        events.Select(recorded => states.FirstOrDefault(state => recorded.Type == $"{category}{state}.v1")).LastOrDefault(state => state is not null);

    private static string Payment(RecordedEvent[] events)
    {
        var state = "";
        foreach (var type in events.Select(recorded => recorded.Type))
        {
            state = type switch
            {
                "payment-authorization-requested.v1" => "authorizing",
                "payment-capture-requested.v1" => "capturing",
                "payment-void-requested.v1" => "voiding",
                "payment-refund-requested.v1" => "refunding",
                "payment-authorized.v1" or "payment-declined.v1" or "payment-captured.v1" or "payment-voided.v1" or "payment-refunded.v1" or "payment-fenced.v1" =>
                    type["payment-".Length..^".v1".Length],
                _ => state,
            };
        }

        return state;
    }

    private static long Captured(RecordedEvent[] payment) =>
        payment.Where(recorded => recorded.Type == "payment-captured.v1").Sum(recorded => Json(recorded).GetProperty("amountMinor").GetInt64());

    /// <summary>What is under way of an order that goes through: each message until its receiver's log shows it.</summary>
    private static IEnumerable<string> HappyMessages(RecordedEvent[] order, RecordedEvent[] saga, RecordedEvent[] payment, RecordedEvent[] stock)
    {
        if (order.Length > 0 && !Heard("OrderPlaced"))
            yield return "OrderPlaced order>saga";
        if (Heard("OrderPlaced") && !Heard("StockReserved"))
            yield return stock.Length > 0 ? "StockReserved inventory>saga" : "ReserveStock saga>inventory";
        if (Heard("OrderPlaced") && !Heard("PaymentAuthorized") && !Paid("payment-authorization-requested.v1"))
            yield return "AuthorizePayment saga>payment";
        if (Paid("payment-authorization-requested.v1") && !Paid("payment-authorized.v1"))
            yield return "Authorize payment>provider";
        if (Paid("payment-authorized.v1") && !Heard("PaymentAuthorized"))
            yield return "PaymentAuthorized payment>saga";
        if (Heard("StockReserved") && Heard("PaymentAuthorized") && !Heard("StockConfirmed"))
            yield return stock.Length > 1 ? "StockConfirmed inventory>saga" : "ConfirmStock saga>inventory";
        if (Heard("StockReserved") && Heard("PaymentAuthorized") && !Heard("PaymentCaptured") && !Paid("payment-capture-requested.v1"))
            yield return "CapturePayment saga>payment";
        if (Paid("payment-capture-requested.v1") && !Paid("payment-captured.v1"))
            yield return "Capture payment>provider";
        if (Paid("payment-captured.v1") && !Heard("PaymentCaptured"))
            yield return "PaymentCaptured payment>saga";
        if (Heard("StockConfirmed") && Heard("PaymentCaptured") && !Heard("OrderConfirmed"))
            yield return order.Length > 1 ? "OrderConfirmed order>saga" : "ConfirmOrder saga>order";

        bool Heard(string message) => saga.Any(recorded => Json(recorded).GetProperty("on").GetString() == message);

        bool Paid(string type) => payment.Any(recorded => recorded.Type == type);
    }

    private static JsonElement Json(RecordedEvent recorded) => JsonElement.Parse(recorded.Data);
}

/// <summary>What is compared of an order at an instant.</summary>
/// <param name="Messages">As far as the order goes through without a refusal or a cancellation.</param>
internal sealed record OrderThen(
    string? Status, long Version, string? Payment, long CapturedMinor, string? Stock, string? Saga, long SagaVersion, IReadOnlyList<string> Messages)
{
    public static OrderThen Of(JsonElement at) => new(
        Text(at, "order", "status"), Number(at, "order", "version"), Text(at, "payment", "state"), Number(at, "payment", "capturedMinor"), Text(at, "stock", "state"),
        Text(at, "saga", "state"), Number(at, "saga", "version"),
        [.. at.GetProperty("messages").EnumerateArray()
            .Select(message => $"{message.GetProperty("message").GetString()} {message.GetProperty("from").GetString()}>{message.GetProperty("to").GetString()}")
            .Order(StringComparer.Ordinal)]);

    public override string ToString() =>
        $"order {Status} {Version}, payment {Payment} {CapturedMinor}, stock {Stock}, saga {Saga} {SagaVersion}, messages {string.Join(", ", Messages)}";

    private static string? Text(JsonElement at, string part, string member) => at.TryGetProperty(part, out var found) ? found.GetProperty(member).GetString() : null;

    private static long Number(JsonElement at, string part, string member) => at.TryGetProperty(part, out var found) ? found.GetProperty(member).GetInt64() : 0;
}
