using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>
/// Lets trace ids travel with requests and messages, so that log lines have them, where no traces are exported. Activities are
/// created with their ids and nothing else.
/// </summary>
internal sealed class TraceIds : IHostedLifecycleService, IDisposable
{
    private readonly ActivityListener listener = new()
    {
        ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "MassTransit" or MessagingTelemetry.SourceName,
        Sample = (ref _) => ActivitySamplingResult.PropagationData,
    };

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(listener);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => listener.Dispose();
}
