using System.Globalization;

namespace Shop.EventSourcing.Tests;

/// <summary>The long form of what is shown in short by default: <c>SHOP_DRILL_ROUNDS</c>, as for the drills.</summary>
internal static class LongForm
{
    public static bool IsAsked { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SHOP_DRILL_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0;
}
