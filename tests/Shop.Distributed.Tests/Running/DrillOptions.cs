using System.Diagnostics;
using System.Globalization;

namespace Shop.Distributed.Tests.Running;

/// <summary>How hard the drills are; see CONTRIBUTING.md.</summary>
internal static class DrillOptions
{
    /// <summary>True when <c>SHOP_DRILL_ROUNDS</c> asks for the long form.</summary>
    public static bool IsLong { get; } = Number("SHOP_DRILL_ROUNDS") is not null;

    /// <summary>How often each drill runs, each time with another seed.</summary>
    public static int Rounds { get; } = Number("SHOP_DRILL_ROUNDS") ?? 1;

    /// <summary>Orders per round.</summary>
    public static int Orders { get; } = Number("SHOP_DRILL_ORDERS") ?? (IsLong ? 500 : 60);

    /// <summary>The seed of the first round: <c>SHOP_SEED</c>, else one from the clock.</summary>
    public static int Seed { get; } = Number("SHOP_SEED") ?? (int)(Stopwatch.GetTimestamp() / 1_000 % 1_000_000_000);

    /// <summary>Where the processes' logs are kept after the drills: <c>SHOP_DRILL_LOGS</c>. Null: nowhere.</summary>
    public static string? Logs { get; } = Environment.GetEnvironmentVariable("SHOP_DRILL_LOGS");

    /// <summary>How long something stays away.</summary>
    public static TimeSpan Outage(double shortSeconds, double longSeconds) => TimeSpan.FromSeconds(IsLong ? longSeconds : shortSeconds);

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
