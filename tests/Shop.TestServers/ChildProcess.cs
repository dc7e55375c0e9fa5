using System.Diagnostics;

namespace Shop.TestServers;

/// <summary>How to start a child process.</summary>
/// <param name="LogFile">Both outputs are appended to it. A file, not a pipe: what a killed server leaves running may hold a pipe open.</param>
public sealed record ChildStart(string Program, IReadOnlyList<string> Arguments, string LogFile)
{
    /// <summary>Added to this process's environment; null removes.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The user to run as, or null for ours. Only root can choose.</summary>
    public string? User { get; init; }
}

/// <summary>A process in a process group of its own, which ends with this one, however this one ends.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;

    private readonly Process process;
    private readonly string logFile;

    private ChildProcess(Process process, string logFile)
    {
        this.process = process;
        this.logFile = logFile;
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public static async Task<ChildProcess> StartAsync(ChildStart child)
    {
        // Each program in the chain becomes the next one, so that the process id is the server's own.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", child.LogFile])
        {
            WorkingDirectory = child.WorkingDirectory ?? "",
        };
        foreach (var argument in Prefix(child.User).Append(child.Program).Concat(child.Arguments))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in child.Environment)
            start.Environment[name] = value;
        return new(await Launcher.StartAsync(start), child.LogFile);
    }

    /// <summary>As <c>kill -9</c>, the whole group: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        // A process that has only just been started has no group yet.
        if (!ProcessTable.Signal(-process.Id, ProcessTable.SigKill))
            ProcessTable.Kill(process.Id);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still with its connections open, until <see cref="Continue"/>.</summary>
    public void Pause() => Signal(ProcessTable.SigStop);

    public void Continue() => Signal(SigCont);

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync(TimeSpan mostTime)
    {
        Signal(SigTerm);
        return await WaitForExitAsync(mostTime);
    }

    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan mostTime)
    {
        using var limit = new CancellationTokenSource(mostTime);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Process {process.Id} was still running after {mostTime.TotalSeconds:0} s. Its last lines:\n{LastLines(20)}");
        }
    }

    /// <summary>The end of what it wrote.</summary>
    public string LastLines(int count) => File.Exists(logFile) ? string.Join('\n', File.ReadLines(logFile).TakeLast(count)) : "";

    /// <summary>Waits for a condition, as long as the process lives.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string what, TimeSpan mostTime)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (process.HasExited)
                throw new InvalidOperationException($"{what} exited with {process.ExitCode} while it started. Its last lines:\n{LastLines(40)}");
            if (Stopwatch.GetElapsedTime(started) > mostTime)
                throw new TimeoutException($"{what} was not ready within {mostTime.TotalSeconds:0} s. Its last lines:\n{LastLines(40)}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private static IEnumerable<string> Prefix(string? user)
    {
        yield return Util("setsid");
        yield return Util("setpriv");
        yield return "--pdeathsig=KILL";
        if (user is not null)
        {
            yield return $"--reuid={user}";
            yield return $"--regid={user}";
            yield return "--init-groups";
        }

        yield return "--";
    }

    private static string Util(string program) => Programs.Find(program, "/usr/bin")
        ?? throw new InvalidOperationException($"{program} was not found. The tests that start servers need util-linux: run them on Linux, with it on the PATH.");

    private void Signal(int signal)
    {
        if (!ProcessTable.Signal(process.Id, signal))
            throw new InvalidOperationException($"Process {process.Id} is not running. Its last lines:\n{LastLines(20)}");
    }
}
