using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>Builds read models anew beside the live ones, whenever somebody has begun that, in turn with the other replicas.</summary>
internal sealed partial class RebuildService(
    EventStore store, IReadOnlyList<IInlineProjection> inline, IReadOnlyList<IAsyncProjection> asynchronous, ILogger<RebuildService> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Task> running = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (inline.Count + asynchronous.Count == 0)
            return;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = store.WaitForProjectionChangeAsync(null, Poll, stoppingToken);
            try
            {
                foreach (var state in await store.Engine.Projections.ReadAsync(stoppingToken))
                {
                    if (state.Slot == ProjectionSlot.Next && !(running.GetValueOrDefault(state.Projection) is { IsCompleted: false }))
                        running[state.Projection] = RunAsync(state.Projection, stoppingToken);
                }
            }
#pragma warning disable CA1031 // The database may be away; then it is asked again.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogWaiting(store.Name, store.Engine.Explain(error).Reason);
            }

            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(string projection, CancellationToken stoppingToken)
    {
        using var runner = Runner(projection);
        if (runner is null)
            return;
        try
        {
            await runner.RunAsync(stoppingToken);
        }
#pragma warning disable CA1031 // It is noted where everybody can see it, and tried again.
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogStopped(error, projection, store.Name);
        }
    }

    /// <returns>Null when another version of the service has that projection, and this one does not.</returns>
    private ProjectionRunner? Runner(string projection) =>
        asynchronous.FirstOrDefault(following => following.Name == projection) is { } following ? ProjectionRunner.Beside(store, following)
        : inline.FirstOrDefault(written => written.Table.Name == projection) is { } written ? ProjectionRunner.Beside(store, written)
        : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rebuilds of {Store} wait for the database: {Reason}")]
    private partial void LogWaiting(string store, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rebuild of {Projection} of {Store} stopped; it tries again in a moment.")]
    private partial void LogStopped(Exception error, string projection, string store);
}
