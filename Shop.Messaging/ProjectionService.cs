using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>
/// Runs one asynchronous projection, in turn with the other replicas. An event that it cannot apply stops only this one, before that
/// event, visibly; it is tried again now and then, and at once when somebody resumes or skips.
/// </summary>
internal sealed partial class ProjectionService(EventStore store, IAsyncProjection projection, ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstRetryPause;
        var stoppedAt = "";
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
                {
                    pause = error.Message != stoppedAt ? FirstRetryPause : pause * 2 < LongestRetryPause ? pause * 2 : LongestRetryPause;
                    stoppedAt = error.Message;
                    LogStopped(error, projection.Name, store.Name, pause.TotalSeconds);
                }

                var waiting = isAway
                    ? Task.Delay(AwayPause, stoppingToken)
                    : store.WaitForProjectionChangeAsync(projection.Name, pause, stoppingToken);
                await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection {Projection} of {Store} waits for the database: {Reason}")]
    private partial void LogWaiting(string projection, string store, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Projection {Projection} of {Store} stopped; it tries again in {PauseSeconds:0} s. POST /projections/{Projection}/skip passes over the event, for good.")]
    private partial void LogStopped(Exception error, string projection, string store, double pauseSeconds);
}
