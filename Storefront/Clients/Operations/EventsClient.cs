using System.Globalization;
using System.Text.Json;

namespace Shop.Storefront.Clients.Operations;

public sealed record StreamEntry(string Store, string Stream, long Version, long ArchivedVersion);

public sealed record StreamPage(IReadOnlyList<StreamEntry> Items, string? Next);

public sealed record StoredEvent(string Store, long Position, string Stream, long Version, Guid Id, string Type, DateTimeOffset RecordedAt, JsonElement Data, JsonElement? Metadata);

public sealed record StreamAsOf(string Store, string Stream, long Version, long Latest, string? StateType, JsonElement? State, IReadOnlyList<StoredEvent> Events, long? Next);

public sealed record LogPage(string Store, long Head, IReadOnlyList<StoredEvent> Items, long Next);

/// <summary>Streams and logs, as they are and as they were.</summary>
public sealed class EventsClient(ServiceCaller caller, OverviewClient overview)
{
    public async Task<IReadOnlyList<StreamEntry>> FindAsync(string prefix, int limit, CancellationToken cancellationToken)
    {
        var found = new List<StreamEntry>();
        foreach (var service in overview.Services)
            found.AddRange((await caller.GetAsync<StreamPage>(service, $"streams?limit={limit}&prefix={Uri.EscapeDataString(prefix)}", cancellationToken))?.Items ?? []);
        return [.. found.OrderBy(entry => entry.Stream, StringComparer.Ordinal).Take(limit)];
    }

    /// <param name="version">As of which version; null: the newest.</param>
    /// <param name="time">As of when, ISO 8601; null: now.</param>
    /// <param name="after">Only events with higher versions.</param>
    public Task<StreamAsOf?> ReadAsync(string store, string stream, long? version, string? time, long after, int limit, CancellationToken cancellationToken) => caller.GetAsync<StreamAsOf>(
        store,
        string.Create(CultureInfo.InvariantCulture, $"streams/{Uri.EscapeDataString(stream)}?store={store}&after={after}&limit={limit}{(version is null ? "" : $"&version={version}")}{(string.IsNullOrEmpty(time) ? "" : $"&time={Uri.EscapeDataString(time)}")}"),
        cancellationToken);

    public async Task<LogPage> LogAsync(string store, long from, string? type, int limit, CancellationToken cancellationToken) => await caller.GetAsync<LogPage>(
        store,
        string.Create(CultureInfo.InvariantCulture, $"log?store={store}&from={from}&limit={limit}{(string.IsNullOrWhiteSpace(type) ? "" : $"&type={Uri.EscapeDataString(type)}")}"),
        cancellationToken) ?? new(store, 0, [], 1);
}
