using System.Diagnostics;

namespace Shop.Distributed.Tests.Running;

internal static class Eventually
{
    /// <summary>Ends a drill that hangs; measures nothing, so that a slow machine fails none.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until it is so.</summary>
    /// <param name="mostTime">What was promised; null when nothing was.</param>
    public static async Task SoAsync(Func<Task<bool>> isSo, Func<string> what, TimeSpan? mostTime = null)
    {
        var limit = mostTime ?? Patience;
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"It never came to pass within {limit.TotalSeconds:0} s that {what()}");
            await Task.Delay(Pause);
        }
    }
}
