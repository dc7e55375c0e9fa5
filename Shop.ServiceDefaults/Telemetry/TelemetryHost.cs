using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>Starts to listen before anything else starts, and hands over what is left after everything else has stopped.</summary>
internal sealed class TelemetryHost(IServiceProvider services) : IHostedLifecycleService
{
    /// <summary>A collector that does not answer must not hold up a stop.</summary>
    private const int FlushMilliseconds = 2_000;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        services.GetService<TracerProvider>();
        services.GetService<MeterProvider>();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(FlushMilliseconds), cancellationToken),
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(FlushMilliseconds), cancellationToken),
        Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(FlushMilliseconds), cancellationToken));
}
