using System.Globalization;
using Shop.TestServers;

namespace Shop.Distributed.Tests.Running;

/// <summary>One replica of a service: the program as it was built, on a port that it keeps for all its lives.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly HttpClient Probe = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string assembly;
    private readonly string probePath;
    private readonly IReadOnlyDictionary<string, string?> settings;
    private ChildProcess? process;

    /// <param name="project">Such as <c>Order.Api</c>.</param>
    /// <param name="probePath">Answers 2xx when the service is ready.</param>
    public ServiceProcess(string project, int replica, string probePath, string folder, IReadOnlyDictionary<string, string?> settings)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{project}-{replica}");
        assembly = BuiltServices.Find(project);
        this.probePath = probePath;
        LogFile = Path.Combine(folder, $"{Name}.log");
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}");
        this.settings = new Dictionary<string, string?>(settings)
        {
            ["ASPNETCORE_URLS"] = Url,
            ["Sandbox__Urls"] = Url,
            // Hexadecimal. As shipped, a service compiles its hot code while it starts, which pays in a long life and would take half of the processor time of a short one.
            ["DOTNET_TC_CallCountingDelayMs"] = "64",
        };
    }

    public string Name { get; }

    public string Url { get; }

    /// <summary>Everything that all its lives wrote.</summary>
    public string LogFile { get; }

    public bool IsRunning => process is { HasExited: false };

    public async Task StartAsync() => process = await ChildProcess.StartAsync(new("dotnet", [assembly], LogFile)
    {
        WorkingDirectory = Path.GetDirectoryName(assembly),
        Environment = settings,
    });

    public Task UntilReadyAsync() => process!.UntilAsync(IsReadyAsync, Name, Eventually.Patience);

    public async Task StartUntilReadyAsync()
    {
        await StartAsync();
        await UntilReadyAsync();
    }

    /// <inheritdoc cref="ChildProcess.KillAsync"/>
    public async Task KillAsync()
    {
        await process!.KillAsync();
        await process.DisposeAsync();
        process = null;
    }

    /// <inheritdoc cref="ChildProcess.Pause"/>
    public void Pause() => process!.Pause();

    public void Continue() => process!.Continue();

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        var exitCode = await process!.TerminateAsync(Eventually.Patience);
        await process.DisposeAsync();
        process = null;
        return exitCode;
    }

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Probe.GetAsync(Url + probePath);
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }
}
