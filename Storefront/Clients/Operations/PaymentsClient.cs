using System.Text.Json;

namespace Shop.Storefront.Clients.Operations;

public sealed record Payment(
    Guid OrderId, string State, long AmountMinor, string? Currency, long CapturedMinor, long RefundedMinor, string? IntentId, string? Reason, int Attempts,
    DateTimeOffset? UnknownSince, int Refusals, bool NeedsAttention, string? Problem, DateTimeOffset UpdatedAt, long Version);

public sealed record PaymentPage(IReadOnlyList<Payment> Items, Guid? Next);

public sealed record PaymentDetails(Payment Payment, IReadOnlyList<PaymentEvent> History);

public sealed record PaymentEvent(long Version, string Type, DateTimeOffset RecordedAt, JsonElement Data);

/// <param name="Answer">known, refused, unknown or not-asked.</param>
public sealed record ProviderStatement(string Answer, string? Status, long? AmountMinor, string? Message);

public sealed record PaymentSideBySide(Payment Shop, ProviderStatement Provider, bool? Agrees);

/// <summary>Payments as the shop has them, and as the provider does.</summary>
public sealed class PaymentsClient(ServiceCaller caller)
{
    public static IReadOnlyList<string> States { get; } =
        ["authorizing", "authorized", "declined", "capturing", "captured", "captureRejected", "voiding", "voided", "refunding", "refunded", "fenced"];

    public async Task<PaymentPage> ListAsync(string? state, bool? unknown, Guid? after, int limit, CancellationToken cancellationToken) => await caller.GetAsync<PaymentPage>(
        ServiceAddresses.Payment,
        $"payments?limit={limit}{(string.IsNullOrEmpty(state) ? "" : $"&state={state}")}{(unknown is null ? "" : unknown.Value ? "&unknown=true" : "&unknown=false")}{(after is null ? "" : $"&after={after:D}")}",
        cancellationToken) ?? new([], null);

    public Task<PaymentDetails?> GetAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.GetAsync<PaymentDetails>(ServiceAddresses.Payment, $"payments/{orderId:D}", cancellationToken);

    public Task<PaymentSideBySide?> CompareAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.GetAsync<PaymentSideBySide>(ServiceAddresses.Payment, $"payments/{orderId:D}/provider", cancellationToken);
}
