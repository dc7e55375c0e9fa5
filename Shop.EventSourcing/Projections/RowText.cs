using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>Values of rows as people and comparisons see them, the same from either engine.</summary>
internal static class RowText
{
    public static string? Of(object? value) => value switch
    {
        null => null,
        DateTimeOffset instant => instant.TruncateToMicroseconds().ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
