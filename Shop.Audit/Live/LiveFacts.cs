using System.Text.Json;
using Shop.Audit.Facts;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Live;

/// <summary>
/// What is known of orders that are under way or were not found consistent yet. An order that was, is forgotten; when something happens
/// to it later, it is read again from its own streams.
/// </summary>
internal sealed class LiveFacts(IReadOnlyList<FollowedStore> stores)
{
    private static readonly string[] Categories = ["order", "order-saga", "reservation", "payment"];

    /// <summary>Whose log has an order's stream of which category; a store of another name is asked for all of them.</summary>
    private static readonly Dictionary<string, string[]> CategoriesOf = new(StringComparer.Ordinal)
    {
        ["order"] = ["order"],
        ["saga"] = ["order-saga"],
        ["inventory"] = ["reservation"],
        ["payment"] = ["payment"],
    };

    private readonly Dictionary<Guid, DateTimeOffset> touched = [];
    private readonly Dictionary<string, long> settledUnits = new(StringComparer.Ordinal);

    public AuditInput Input { get; private set; } = new();

    /// <summary>The orders known, and when the last thing happened to each.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> Touched => touched;

    /// <summary>How often something happened to an order that had been forgotten.</summary>
    public long Reopened { get; private set; }

    /// <summary>Units of each product that orders have bought which were forgotten since.</summary>
    public IReadOnlyDictionary<string, long> SettledUnits => settledUnits;

    /// <returns>What is wrong with the event itself, or null.</returns>
    public async Task<Finding?> ApplyAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        try
        {
            using var data = JsonDocument.Parse(recorded.Data);
            if (OrderOf(recorded, data.RootElement) is { } orderId)
            {
                if (!touched.ContainsKey(orderId) && !IsFirst(recorded))
                    await RestoreAsync(orderId, cancellationToken);
                touched[orderId] = touched.TryGetValue(orderId, out var before) && before > recorded.RecordedAt ? before : recorded.RecordedAt;
            }

            return IsOfDataKeys(recorded) || Apply(recorded, data.RootElement) ? null : new(PlaceOf(recorded), "an event whose stored name is known", recorded.Type);
        }
        catch (UnreadableEventException error)
        {
            return new(PlaceOf(recorded), error.Expected, error.Found);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new(PlaceOf(recorded), $"readable {recorded.Type}", error.Message);
        }
    }

    /// <summary>Drops an order that needs no more checking.</summary>
    public void Forget(Guid orderId)
    {
        Settle(orderId, +1);
        touched.Remove(orderId);
        Input.Orders.Forget(orderId);
        Input.Sagas.Forget(orderId);
        Input.Reservations.Forget(orderId);
        Input.Payments.Forget(orderId);
        Input.Stock.Forget(orderId);
    }

    /// <summary>What to check now, with the provider's books on these orders.</summary>
    public AuditInput With(IReadOnlyList<ProviderIntent> provider) => Input = Input.With(provider);

    /// <summary>The stored events of an order, as one line each.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(Guid orderId, int limit, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var (store, recorded) in await ReadAsync(orderId, cancellationToken))
            lines.Add($"{store.Name} {recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Type} {recorded.RecordedAt:O}");
        return lines.Count <= limit ? lines : [.. lines.Take(limit), $"… and {lines.Count - limit} more"];
    }

    private async Task RestoreAsync(Guid orderId, CancellationToken cancellationToken)
    {
        foreach (var (store, recorded) in await ReadAsync(orderId, cancellationToken))
        {
            if (recorded.Position > store.Position)
                continue;
            using var data = JsonDocument.Parse(recorded.Data);
            Apply(recorded, data.RootElement);
        }

        if (Input.Reservations.All.TryGetValue(orderId, out var reservation))
            Input.Stock.Remember(orderId, reservation);
        Settle(orderId, -1);
        Reopened++;
    }

    private bool Apply(RecordedEvent recorded, JsonElement data)
    {
        foreach (var book in Input.Books)
        {
            if (book.Apply(recorded, data))
                return true;
        }

        return false;
    }

    private async Task<List<(FollowedStore Store, RecordedEvent Recorded)>> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var events = new List<(FollowedStore, RecordedEvent)>();
        foreach (var store in stores)
        {
            foreach (var category in CategoriesOf.GetValueOrDefault(store.Name, Categories))
                events.AddRange((await store.Log.ReadStreamAsync($"{category}-{orderId:D}", cancellationToken)).Select(recorded => (store, recorded)));
        }

        return events;
    }

    private void Settle(Guid orderId, int sign)
    {
        foreach (var (sku, movement) in Input.Stock.Of(orderId))
            settledUnits[sku] = settledUnits.GetValueOrDefault(sku) + (sign * (movement.Sold - movement.Returned));
    }

    private static string PlaceOf(RecordedEvent recorded) => $"{recorded.Stream} version {recorded.Version}";

    private static bool IsFirst(RecordedEvent recorded) =>
        recorded.Type.StartsWith("stock-", StringComparison.Ordinal) ? recorded.Type == "stock-reserved.v1" : recorded.Version == 1;

    private static bool IsOfDataKeys(RecordedEvent recorded) => recorded.Type is "data-key-created.v1" or "personal-data-erased.v1" or "subject-erased-without-key.v1";

    private static Guid? OrderOf(RecordedEvent recorded, JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Object && recorded.Stream.StartsWith("stock-", StringComparison.Ordinal))
            return data.TryGetProperty("orderId", out var moved) && moved.TryGetGuid(out var ofStock) ? ofStock : null;
        if (recorded.Type.StartsWith("request-accepted.", StringComparison.Ordinal))
            return data.GetProperty("orderId").GetGuid();
        return Array.Exists(Categories, category => recorded.Stream.Length == category.Length + 37 && recorded.Stream.StartsWith(category, StringComparison.Ordinal))
            ? Stored.IdOf(recorded)
            : null;
    }
}
