using System.Net;
using System.Net.Http.Json;

namespace Shop.Load;

/// <summary>The server's own count of its commits, from <c>GET /diagnostics/counters</c>, summed over its stores.</summary>
public sealed record StoreCounters(long Commits, long WriteSets, long Messages, long Conflicts, long Duplicates)
{
    /// <returns>Null when the server does not offer them.</returns>
    public static async Task<StoreCounters?> ReadAsync(HttpClient http, CancellationToken cancellationToken) =>
        (await AskAsync(http, cancellationToken))?.Stores.Aggregate(new StoreCounters(0, 0, 0, 0, 0), (sum, store) => sum + store);

    public static StoreCounters operator +(StoreCounters left, StoreCounters right) => new(
        left.Commits + right.Commits, left.WriteSets + right.WriteSets, left.Messages + right.Messages,
        left.Conflicts + right.Conflicts, left.Duplicates + right.Duplicates);

    public static StoreCounters Add(StoreCounters left, StoreCounters right) => left + right;

    /// <summary>What happened between two readings.</summary>
    public StoreCounters Since(StoreCounters earlier) => new(
        Commits - earlier.Commits, WriteSets - earlier.WriteSets, Messages - earlier.Messages,
        Conflicts - earlier.Conflicts, Duplicates - earlier.Duplicates);

    /// <summary>Whether the server says that it is still compiling, as it does for some seconds after its start.</summary>
    public static async Task<bool> IsWarmingUpAsync(HttpClient http, CancellationToken cancellationToken) =>
        await AskAsync(http, cancellationToken) is { IsWarmingUp: true };

    private static async Task<Answer?> AskAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri("/diagnostics/counters", UriKind.Relative), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<Answer>(cancellationToken);
    }

    private sealed record Answer(IReadOnlyList<StoreCounters> Stores, bool IsWarmingUp = false);
}
