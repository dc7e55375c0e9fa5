using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.TestServers;

/// <summary>
/// Starts processes from one thread that lives as long as this process. The kernel's parent-death signal follows the thread
/// that started the child, and a thread of the pool may end at any time.
/// </summary>
internal static class Launcher
{
    private static readonly BlockingCollection<Action> Requests = [];

    static Launcher() => new Thread(Run) { IsBackground = true, Name = "process launcher" }.Start();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                started.SetException(error);
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var request in Requests.GetConsumingEnumerable())
            request();
    }
}
