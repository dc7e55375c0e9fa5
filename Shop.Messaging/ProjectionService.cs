using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;

namespace Shop.Messaging;

/// <summary>Runs one asynchronous projection; an error stops only this one for a while, visibly, and loses nothing.</summary>
internal sealed partial class ProjectionService(EventStore store, IAsyncProjection projection, ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var runner = new ProjectionRunner(store, projection);
            try
            {
                await runner.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Told to stop; the host need not hear of it, least of all when it never finished starting.
            }
#pragma warning disable CA1031 // Whatever stopped it is told, and it tries again from its checkpoint.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogStopped(error, projection.Name, store.Name);
                await Task.Delay(RetryPause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Projection {Projection} of {Store} stopped; it goes on from its checkpoint in 5 s.")]
    private partial void LogStopped(Exception error, string projection, string store);
}
