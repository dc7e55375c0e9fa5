using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>
/// Lets trace ids travel with requests and messages, so that log lines have them, where no traces are exported: as few
/// activities as that takes, with their ids and nothing else.
/// </summary>
internal sealed class TraceIds : IHostedLifecycleService, IDisposable
{
    private const string MassTransit = "MassTransit";

    private readonly ActivityListener listener = new()
    {
        ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or MassTransit or MessagingTelemetry.SourceName,
        Sample = (ref activity) => IsNeeded(activity) ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None,
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

    /// <summary>What begins a trace, brings it from elsewhere, or hands it on; MassTransit reads what to hand on from its own activity.</summary>
    private static bool IsNeeded(ActivityCreationOptions<ActivityContext> activity) =>
        activity.Parent.TraceId == default || activity.Parent.TraceId != Activity.Current?.TraceId
        || (activity.Source.Name == MassTransit && activity.Name.EndsWith(" send", StringComparison.Ordinal) && activity.Name != "outbox send");
}
