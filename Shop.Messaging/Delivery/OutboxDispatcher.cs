using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Local;

namespace Shop.Messaging.Delivery;

/// <summary>
/// Takes messages from the outbox to the bus: straight from memory after the commit; the rows are the safety net, which a
/// sweep empties of what is due and of what a crash left. A row goes when the message is delivered, in a group with others.
/// </summary>
internal sealed partial class OutboxDispatcher : IHostedLifecycleService, IDisposable
{
    private const int SweepBatch = 500;
    private const int ConcurrentSends = 256;

    /// <summary>How often at most it is looked for what a crash, a stop or a full lane left; for scheduled messages alone more often.</summary>
    private static readonly TimeSpan WholeSweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>While the broker is away the database holds what is more than this.</summary>
    private const int MostWaiting = 10_000;

    private readonly EventStore store;
    private readonly LocalQueues localQueues;
    private readonly MessagingOptions options;
    private readonly InProcessDelivery? inProcess;
    private readonly IMessageSender? sender;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<Guid, bool> underWay = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lane<OutboxMessage> sends;
    private readonly Lane<OutboxMessage> local;
    private Task sweeping = Task.CompletedTask;
    private int failing;

    /// <param name="inProcess">Null when a broker brings messages to their receivers.</param>
    /// <param name="sender">To that broker; else null.</param>
    public OutboxDispatcher(
        EventStore store, LocalQueues localQueues, MessagingOptions options, InProcessDelivery? inProcess, IMessageSender? sender,
        TimeProvider clock, ILogger<OutboxDispatcher> logger)
    {
        this.store = store;
        this.localQueues = localQueues;
        this.options = options;
        this.inProcess = inProcess;
        this.sender = sender;
        this.clock = clock;
        this.logger = logger;
        sends = new(ConcurrentSends, MostWaiting, DeliverAsync);
        local = new(LocalQueues.ConcurrentMessages, MostWaiting, HandleLocallyAsync);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        store.MessagesCommitted = messages =>
        {
            foreach (var message in messages)
            {
                if (message.DueAt is null)
                    Take(message);
            }
        };
        if (options.SingleProcess)
            await store.Engine.ReleaseOutboxClaimsAsync(null, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        sends.Open();
        local.Open();
        sweeping = SweepAsync(stopping.Token);
        return Task.CompletedTask;
    }

    /// <summary>In one process sender and receiver stop together, and what waits is sent at the next start.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => options.SingleProcess ? StopAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>The bus has stopped before: what its last handlers sent was still going out until now.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
            return;
        var unsent = underWay.Keys;
        _ = sends.CloseAsync();
        _ = local.CloseAsync();
        await stopping.CancelAsync();
        await sweeping.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!options.SingleProcess && unsent.Count > 0)
            await ReleaseAsync(unsent, cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Also ends a dispatcher that nobody stopped.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Take(OutboxMessage message)
    {
        if (!underWay.TryAdd(message.Id, true))
            return;
        var isLocal = LocalQueues.Owns(message.Destination);
        if (!isLocal && inProcess is not null)
            inProcess.Deliver(message, Settle);
        else if (!(isLocal ? local : sends).TryAdd(message))
            underWay.TryRemove(message.Id, out _);
    }

    private async Task HandleLocallyAsync(OutboxMessage message)
    {
        using var span = OutboxTrace.Continue(message);
        var handled = false;
        try
        {
            await localQueues.HandleAsync(store, message, stopping.Token);
            handled = true;
        }
#pragma warning disable CA1031 // Whatever went wrong, the row stays and the sweep takes it again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!stopping.IsCancellationRequested)
                LogNotHandled(error, message.Id, message.Destination);
        }

        Settle(message.Id, handled);
    }

    /// <summary>Tries until the broker has confirmed, for as long as the claim on the row lasts; then the sweep takes it up again.</summary>
    private async Task DeliverAsync(OutboxMessage message)
    {
        using var span = OutboxTrace.Continue(message);
        var until = clock.GetUtcNow() + options.ClaimDuration;
        for (var pause = TimeSpan.FromMilliseconds(250); !stopping.IsCancellationRequested; pause *= 2)
        {
            try
            {
                await SendAsync(message);
                Interlocked.Exchange(ref failing, 0);
                Settle(message.Id, delivered: true);
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the row stays.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (stopping.IsCancellationRequested)
                    break;
                // One line for a broker that is away, and not one for each of a thousand messages.
                if (sender is not { IsAway: true } && Interlocked.Exchange(ref failing, 1) == 0)
                    LogNotSent(error, message.Id, message.Destination, error.GetBaseException().Message);
            }

            if (clock.GetUtcNow() + pause >= until)
                break;
            await Task.Delay(pause, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Settle(message.Id, delivered: false);
    }

    /// <exception cref="TimeoutException">Not confirmed in time.</exception>
    private async Task SendAsync(OutboxMessage message)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        limit.CancelAfter(options.ConfirmLimit);
        try
        {
            await sender!.SendAsync(message, limit.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {options.ConfirmLimit.TotalSeconds:0} s.");
        }
    }

    private void Settle(Guid messageId, bool delivered)
    {
        if (delivered)
            store.MarkDelivered(messageId);
        underWay.TryRemove(messageId, out _);
    }

    /// <summary>Else another replica would get them only when our claims have run out.</summary>
    private async Task ReleaseAsync(ICollection<Guid> messageIds, CancellationToken cancellationToken)
    {
        try
        {
            await store.Engine.ReleaseOutboxClaimsAsync([.. messageIds], cancellationToken);
        }
        catch (Exception error) when (error is DbException or OperationCanceledException)
        {
            LogNotReleased(error, messageIds.Count, store.Name);
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        long? lastWhole = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var found = 0;
            try
            {
                if (underWay.Count < MostWaiting)
                {
                    var began = clock.GetTimestamp();
                    var scheduledOnly = lastWhole is { } last && clock.GetElapsedTime(last, began) < WholeSweepInterval;
                    var messages = await store.Engine.ClaimOutboxAsync(
                        clock.GetUtcNow(), options.ClaimDuration, SweepBatch, scheduledOnly, stoppingToken);
                    foreach (var message in messages)
                        Take(message);
                    found = messages.Count;
                    if (!scheduledOnly && found < SweepBatch)
                        lastWhole = began;
                }
            }
#pragma warning disable CA1031 // The database may be away for a while; the sweep goes on when it is back.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogSweepFailed(error, store.Name);
            }

            if (found < SweepBatch)
                await Task.Delay(options.SweepInterval, clock, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} to {Destination} was not sent, and maybe others; trying again: {Reason}")]
    private partial void LogNotSent(Exception error, Guid messageId, string destination, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} to {Destination} was not handled; it will be again.")]
    private partial void LogNotHandled(Exception error, Guid messageId, string destination);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} unsent messages of {Store} stay claimed; they leave when the claims run out.")]
    private partial void LogNotReleased(Exception error, int count, string store);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox of {Store} could not be swept; trying again.")]
    private partial void LogSweepFailed(Exception error, string store);
}
