using System.Globalization;

namespace Shop.Ordering;

/// <summary>The <c>wait</c> preference of RFC 7240, section 4.3.</summary>
public static class PreferWait
{
    public const int MaxSeconds = 60;

    /// <summary>Seconds that the client is ready to wait, at most <see cref="MaxSeconds"/>; 0 when it named none or no valid one.</summary>
    /// <param name="prefer">All <c>Prefer</c> headers, joined with commas.</param>
    public static int Seconds(string? prefer)
    {
        foreach (var preference in Split(prefer ?? "", ','))
        {
            var parameters = Split(preference, ';');
            var (name, value) = NameAndValue(parameters[0]);
            if (name.Equals("wait", StringComparison.OrdinalIgnoreCase))
                return Parse(value) ?? 0; // The first instance counts, even when it cannot be understood.
        }

        return 0;
    }

    /// <summary>Digits only, as RFC 7240's delta-seconds; more than the cap is the cap.</summary>
    public static int? Parse(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MaxSeconds) : MaxSeconds;
    }

    private static (string Name, string Value) NameAndValue(string preference)
    {
        var equals = preference.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (preference.Trim(), "") : (preference[..equals].Trim(), preference[(equals + 1)..].Trim());
    }

    /// <summary>Splits outside of quoted strings.</summary>
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>(2);
        var start = 0;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == separator && !quoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }
}
