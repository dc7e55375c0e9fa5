using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>Runs one asynchronous projection, in turn with the other replicas; an error stops only this one for a while, visibly, and loses nothing.</summary>
internal sealed partial class ProjectionService(EventStore store, IAsyncProjection projection, ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);

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
                var isAway = StorageFailure.IsTransient(error);
                if (isAway)
                    LogWaiting(projection.Name, store.Name, store.Engine.Explain(error).Reason);
                else
                    LogStopped(error, projection.Name, store.Name);
                await Task.Delay(isAway ? AwayPause : RetryPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection {Projection} of {Store} waits for the database: {Reason}")]
    private partial void LogWaiting(string projection, string store, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Projection {Projection} of {Store} stopped; it goes on from its checkpoint in 5 s.")]
    private partial void LogStopped(Exception error, string projection, string store);
}
