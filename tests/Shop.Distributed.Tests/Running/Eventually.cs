using System.Diagnostics;

namespace Shop.Distributed.Tests.Running;

internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until it is so.</summary>
    public static async Task SoAsync(Func<Task<bool>> isSo, Func<string> what, TimeSpan mostTime)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > mostTime)
                throw new TimeoutException($"It never came to pass within {mostTime.TotalSeconds:0} s that {what()}");
            await Task.Delay(Pause);
        }
    }
}
