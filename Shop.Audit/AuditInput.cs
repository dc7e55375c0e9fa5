using Shop.Audit.Facts;

namespace Shop.Audit;

/// <summary>Everything that the checks look at, as read from the stores and from the provider.</summary>
public sealed class AuditInput
{
    private IReadOnlyList<IEventBook>? books;

    public OrderBook Orders { get; private init; } = new();

    public ReservationBook Reservations { get; private init; } = new();

    public StockBook Stock { get; private init; } = new();

    public PaymentBook Payments { get; private init; } = new();

    public SagaBook Sagas { get; private init; } = new();

    public IReadOnlyList<ProviderIntent> Provider { get; init; } = [];

    public IList<StoreFacts> Stores { get; private init; } = [];

    /// <summary>The same books beside other ones of the provider.</summary>
    internal AuditInput With(IReadOnlyList<ProviderIntent> provider) =>
        new() { Orders = Orders, Reservations = Reservations, Stock = Stock, Payments = Payments, Sagas = Sagas, Stores = Stores, Provider = provider };

    internal IReadOnlyList<IEventBook> Books => books ??= [Orders, Reservations, Stock, Payments, Sagas];
}

/// <summary>One payment intent in the provider's own ledger.</summary>
/// <param name="OrderId">As the provider was told; text, because nothing there makes sure that it is an id.</param>
/// <param name="Status">As in Stripe's API: <c>requires_capture</c> holds money, <c>succeeded</c> took it.</param>
/// <param name="Captures">How often a capture took effect.</param>
/// <param name="Refunds">How often a refund took effect.</param>
public sealed record ProviderIntent(
    string IntentId, string? OrderId, long AmountMinor, string Currency, string Status, long CapturedMinor, long RefundedMinor, int Captures, int Refunds)
{
    public long KeptMinor => CapturedMinor - RefundedMinor;

    /// <summary>Neither taken nor given back: an authorization, or one that is still being decided.</summary>
    public bool IsHeld => Status is "requires_capture" or "processing";
}
