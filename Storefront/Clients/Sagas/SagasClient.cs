using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shop.Storefront.Clients.Sagas;

public sealed record Saga(
    Guid OrderId, string State, bool NeedsAttention, int Attempts, string? Reason, string? CustomerId, long TotalMinor, string? Currency, DateTimeOffset PlacedAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt, long Version);

public sealed record SagaList(IReadOnlyList<Saga> Items, string? Next);

/// <param name="Awaiting">Commands that were sent and are not answered.</param>
/// <param name="Remaining">Commands still to come, the awaited ones first.</param>
public sealed record SagaDetails(
    Guid OrderId, string State, bool NeedsAttention, int Attempts, string? Reason, bool CancelRequested, AttentionResolved? Resolved, string Stock, string Payment,
    string? CustomerId, long TotalMinor, string? Currency, DateTimeOffset PlacedAt, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt, long Version,
    IReadOnlyList<string> Awaiting, IReadOnlyList<string> Remaining, IReadOnlyList<SagaTransition> Timeline);

public sealed record AttentionResolved(string By, string Reason, DateTimeOffset At);

/// <param name="Changes">The properties that changed, with their new values.</param>
public sealed record SagaTransition(long Version, DateTimeOffset At, string? From, string? To, string On, IReadOnlyDictionary<string, JsonElement> Changes);

public sealed record RetriedSagas(long Matching, IReadOnlyList<Guid> First, long Retried);

public sealed record OrderBundle(
    Guid OrderId, DateTimeOffset ExportedAt, IReadOnlyList<BundledStream> Streams, IReadOnlyList<MessageUnderWay> Messages, IReadOnlyList<ScheduledMessage> Scheduled);

public sealed record BundledStream(string Store, string Stream, IReadOnlyList<BundledEvent> Events);

public sealed record BundledEvent(long Version, Guid Id, string Type, DateTimeOffset RecordedAt, JsonElement Data, JsonElement? Metadata)
{
    /// <summary>The trace that it belongs to; null when it was written in none.</summary>
    public string? TraceId => Metadata is { ValueKind: JsonValueKind.Object } metadata && metadata.TryGetProperty("traceparent", out var parent)
        && parent.GetString()?.Split('-') is [_, var trace, ..] ? trace : null;
}

public sealed record MessageUnderWay(string Message, string From, string To, DateTimeOffset Since);

public sealed record ScheduledMessage(string Message, string Service, DateTimeOffset? DueAt);

/// <summary>What each service knew at an instant.</summary>
public sealed record OrderAt(
    DateTimeOffset Time, JsonElement? Order, JsonElement? Payment, JsonElement? Stock, JsonElement? Saga, IReadOnlyList<MessageUnderWay> Messages, IReadOnlyList<ScheduledMessage> Scheduled);

/// <summary>The sagas of orders: found, looked at, acted on.</summary>
public sealed class SagasClient(ServiceCaller caller)
{
    public static IReadOnlyList<string> States { get; } =
        ["trying", "confirming", "completing", "confirmed", "returning", "recording", "cancelling", "compensating", "closing", "rejected", "cancelled"];

    /// <summary>All but those in which a saga has ended, as the filter takes them.</summary>
    public static string StatesUnderWay { get; } = string.Join(',', States.Except(["confirmed", "rejected", "cancelled"]));

    /// <param name="query">As <see cref="SagaFilter.ToQuery"/> writes it.</param>
    public async Task<SagaList> ListAsync(string query, string? after, int limit, CancellationToken cancellationToken) => await caller.GetAsync<SagaList>(
        ServiceAddresses.Saga, $"sagas?limit={limit}{(query.Length == 0 ? "" : $"&{query}")}{(after is null ? "" : $"&after={after}")}", cancellationToken) ?? new([], null);

    public Task<SagaDetails?> GetAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.GetAsync<SagaDetails>(ServiceAddresses.Saga, $"sagas/{orderId:D}", cancellationToken);

    /// <summary>The document as the shop exports it.</summary>
    public Task<JsonNode?> ExportAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.GetAsync<JsonNode>(ServiceAddresses.Order, $"orders/{orderId:D}/bundle", cancellationToken);

    public Task<OrderBundle?> BundleAsync(Guid orderId, CancellationToken cancellationToken) =>
        caller.GetAsync<OrderBundle>(ServiceAddresses.Order, $"orders/{orderId:D}/bundle", cancellationToken);

    public Task<OrderAt?> AtAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken) => caller.GetAsync<OrderAt>(
        ServiceAddresses.Order, $"orders/{orderId:D}/at?time={Uri.EscapeDataString(time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}", cancellationToken);

    /// <param name="action">retry, cancel or resolve.</param>
    public Task ActAsync(Guid orderId, string action, string reason, CancellationToken cancellationToken) =>
        caller.SendAsync(ServiceAddresses.Saga, HttpMethod.Post, $"sagas/{orderId:D}/{action}", new { reason }, cancellationToken: cancellationToken);

    /// <param name="reason">Null only looks which ones it would be.</param>
    public Task<RetriedSagas> RetryAsync(SagaFilter filter, string? reason, CancellationToken cancellationToken) => caller.SendAsync<RetriedSagas>(
        ServiceAddresses.Saga, HttpMethod.Post, "sagas/retry", new { filter = filter.ToBody(), preview = reason is null, reason }, cancellationToken: cancellationToken);
}
