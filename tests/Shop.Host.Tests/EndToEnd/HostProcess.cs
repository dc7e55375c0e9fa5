using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The real host as a process of its own, as a person starts it.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();

    private HostProcess(string[] arguments, IReadOnlyDictionary<string, string>? settings = null)
    {
        // A shell may have told the test run to ignore SIGINT, and children inherit that; env gives the host the usual meaning back.
        process = new()
        {
            StartInfo = new("/usr/bin/env", ["--default-signal=INT", "dotnet", typeof(ShopApplication).Assembly.Location, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        // Hexadecimal. As shipped, it compiles its hot code while it starts, which pays in a long life and would take half of the processor time of a short one.
        process.StartInfo.Environment["DOTNET_TC_CallCountingDelayMs"] = "64";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            process.StartInfo.Environment[name] = value;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyList<string> Output => [.. output];

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. errors];

    public static HostProcess Start(params string[] arguments) => new(arguments);

    /// <param name="settings">In the form of environment variables.</param>
    public static HostProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) => new(arguments, settings);

    /// <summary>Runs a command that ends by itself.</summary>
    public static Task<(int ExitCode, string Output, IReadOnlyList<string> Errors)> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs a command that ends by itself.</summary>
    /// <param name="settings">In the form of environment variables.</param>
    public static async Task<(int ExitCode, string Output, IReadOnlyList<string> Errors)> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var host = new HostProcess(arguments, settings);
        var exitCode = await host.WaitForExitAsync();
        return (exitCode, string.Join('\n', host.Output), host.Errors);
    }

    public static string UrlOf(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>Waits until the host says that it serves.</summary>
    public async Task UntilOpenAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (!Output.Contains("Ctrl-C stops it.", StringComparer.Ordinal))
        {
            if (process.HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException($"The host did not open: {string.Join('\n', [.. Output, .. Errors])}");
            await Task.Delay(20);
        }
    }

    /// <summary>As <c>kill -9</c>: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>As Ctrl-C.</summary>
    public Task<int> InterruptAsync() => SignalAsync(SigInt);

    /// <summary>As a service manager or a container's stop.</summary>
    public Task<int> TerminateAsync() => SignalAsync(SigTerm);

    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    private async Task<int> SignalAsync(int signal)
    {
        using var kill = Process.Start("kill", ["-s", signal.ToString(CultureInfo.InvariantCulture), process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
