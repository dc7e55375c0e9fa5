using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Proof;

/// <summary>Seals the log of one store, in turn with the other replicas, and once more when everything else has stopped.</summary>
internal sealed partial class SealingService(EventStore store, ProofSettings settings, ILogger<SealingService> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastSealPatience = TimeSpan.FromSeconds(3);

    private ProofKeys? keys;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        keys = settings.Interval > TimeSpan.Zero ? settings.OpenKeys() : null;
        if (keys is null)
            LogOff(store.Name);
        else if (keys.SigningKeyId is null)
            throw new StartupException("The key of the proof is a public one. Sealing needs a private one: openssl ecparam -name prime256v1 -genkey -noout");
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (keys is null)
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastSealPatience);
        try
        {
            await NewSealer(keys).CatchUpAsync(patience.Token);
        }
#pragma warning disable CA1031 // The next start seals it; what is wrong with the log was told while it ran.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        keys?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (keys is not null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await NewSealer(keys).RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Told to stop.
            }
#pragma warning disable CA1031 // Whatever stopped it is told, and it tries again.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                var isAway = StorageFailure.IsTransient(error);
                if (isAway)
                    LogWaiting(store.Name, store.Engine.Explain(error).Reason);
                else
                    LogStopped(store.Name, error.Message);
                await Task.Delay(isAway ? AwayPause : FailurePause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Sealer NewSealer(ProofKeys withKeys) => new(store, withKeys, settings.HeadOf(store.Name), settings.Interval);

    [LoggerMessage(Level = LogLevel.Information, Message = "The log of {Store} is not sealed: no key is set in Shop:Proof:KeyFile or Shop:Proof:Key, or the interval is 0.")]
    private partial void LogOff(string store);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sealing the log of {Store} waits for the database: {Reason}")]
    private partial void LogWaiting(string store, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of {Store} is not sealed any more: {Reason}")]
    private partial void LogStopped(string store, string reason);
}
