using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

/// <summary>What one kind of stream tells, folded from the stored JSON alone.</summary>
internal interface IEventBook
{
    /// <returns>False when the event is of another kind.</returns>
    /// <exception cref="UnreadableEventException">It is of this kind but cannot have happened, or lacks what it must say.</exception>
    bool Apply(RecordedEvent recorded, JsonElement data);
}

/// <summary>A stored event that contradicts the events before it.</summary>
public sealed class UnreadableEventException(string expected, string found) : Exception($"expected {expected}, found {found}")
{
    public string Expected { get; } = expected;

    public string Found { get; } = found;
}

internal static class Stored
{
    private const int GuidLength = 36;

    /// <summary>The id at the end of a stream's name.</summary>
    public static Guid IdOf(RecordedEvent recorded) =>
        recorded.Stream.Length > GuidLength && Guid.TryParseExact(recorded.Stream.AsSpan()[^GuidLength..], "D", out var id)
            ? id
            : throw new UnreadableEventException("a stream named after an id", recorded.Stream);

    public static IReadOnlyList<(string Sku, long Quantity)> Lines(JsonElement data) =>
        [.. data.GetProperty("lines").EnumerateArray().Select(line => (line.GetProperty("sku").GetString()!, line.GetProperty("quantity").GetInt64()))];

    /// <summary>Units per product; a product may stand on several lines.</summary>
    public static IReadOnlyDictionary<string, long> BySku(IEnumerable<(string Sku, long Quantity)> lines) =>
        lines.GroupBy(line => line.Sku, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(line => line.Quantity), StringComparer.Ordinal);

    public static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
