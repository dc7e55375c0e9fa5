using System.Globalization;
using Shop.EventSourcing;

namespace Shop.ServiceDefaults;

/// <summary>Instants in requests about the past: ISO 8601 with an offset, such as <c>2026-03-01T14:03:00Z</c>.</summary>
public static class PastTime
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <exception cref="DomainException">It is missing, or no instant.</exception>
    public static DateTimeOffset Required(string? text, string field) =>
        Optional(text, field) ?? throw Invalid(field, "Say as of when, such as 2026-03-01T14:03:00Z.");

    /// <exception cref="DomainException">It is no instant.</exception>
    public static DateTimeOffset? Optional(string? text, string field)
    {
        if (text is null)
            return null;

        // A plus sign that was not escaped arrives as a space.
        var given = text.Trim().Replace(' ', '+');
        return HasOffset(given) && DateTimeOffset.TryParseExact(given, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant.ToUniversalTime()
            : throw Invalid(field, "Give an instant with its offset, such as 2026-03-01T14:03:00Z or 2026-03-01T15:03:00+01:00.");
    }

    private static bool HasOffset(string text) => text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');

    private static DomainException Invalid(string field, string message) => new("invalid-request", message) { Field = field };
}
