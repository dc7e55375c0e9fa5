using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Storefront.Clients.Sagas;

/// <summary>What an operator looks for; empty fields do not matter.</summary>
public sealed class SagaFilter
{
    public const string NewestFirst = "-placedAt";

    /// <summary>No order's total comes near it, and in minor units it is still a number that the service takes.</summary>
    public const long MostTotal = 1_000_000_000_000;

    public string? State { get; set; }

    public bool NeedsAttention { get; set; }

    public long? OlderThanSeconds { get; set; }

    public string? Reason { get; set; }

    public string? CustomerId { get; set; }

    public string? Sku { get; set; }

    public decimal? MinTotal { get; set; }

    public decimal? MaxTotal { get; set; }

    public string Sort { get; set; } = NewestFirst;

    /// <summary>Of an address; what cannot be read there is left out.</summary>
    public static SagaFilter Of(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        return new()
        {
            State = Text("state"),
            NeedsAttention = Text("needsAttention") is "true",
            OlderThanSeconds = long.TryParse(Text("olderThanSeconds"), CultureInfo.InvariantCulture, out var seconds) ? seconds : null,
            Reason = Text("reason"),
            CustomerId = Text("customerId"),
            Sku = Text("sku"),
            MinTotal = Amount("minTotalMinor"),
            MaxTotal = Amount("maxTotalMinor"),
            Sort = Text("sort") ?? NewestFirst,
        };

        string? Text(string name) => query.TryGetValue(name, out var values) && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;

        decimal? Amount(string name) => long.TryParse(Text(name), CultureInfo.InvariantCulture, out var minor) ? minor / 100m : null;
    }

    /// <summary>As the service and the page's own address take it.</summary>
    public string ToQuery() => QueryHelpers.AddQueryString("", Fields()).TrimStart('?');

    public object ToBody() => new
    {
        state = Given(State),
        needsAttention = NeedsAttention ? true : (bool?)null,
        olderThanSeconds = OlderThanSeconds,
        reason = Given(Reason),
        customerId = Given(CustomerId),
        sku = Given(Sku),
        minTotalMinor = Minor(MinTotal),
        maxTotalMinor = Minor(MaxTotal),
    };

    private IEnumerable<KeyValuePair<string, string?>> Fields() => new KeyValuePair<string, string?>[]
    {
        new("state", Given(State)),
        new("needsAttention", NeedsAttention ? "true" : null),
        new("olderThanSeconds", OlderThanSeconds?.ToString(CultureInfo.InvariantCulture)),
        new("reason", Given(Reason)),
        new("customerId", Given(CustomerId)),
        new("sku", Given(Sku)),
        new("minTotalMinor", Minor(MinTotal)?.ToString(CultureInfo.InvariantCulture)),
        new("maxTotalMinor", Minor(MaxTotal)?.ToString(CultureInfo.InvariantCulture)),
        new("sort", Sort == NewestFirst ? null : Sort),
    }.Where(field => field.Value is not null);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static long? Minor(decimal? amount) => amount is { } given ? (long)decimal.Round(decimal.Clamp(given, 0, MostTotal) * 100) : null;
}
