using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>
/// Takes messages from the outbox to the bus: straight from memory after the commit; the rows are the safety net, which a
/// sweep empties of what is due and of what a crash left. A row goes when the message is delivered, in a group with others.
/// </summary>
internal sealed partial class OutboxDispatcher(
    EventStore store, IBus bus, MessagingOptions options, InProcessDeliveries deliveries, TimeProvider clock, ILogger<OutboxDispatcher> logger) : IHostedLifecycleService, IDisposable
{
    private const int SweepBatch = 500;
    private const int ConcurrentSends = 256;

    private readonly Channel<OutboxMessage> ready = Channel.CreateUnbounded<OutboxMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, bool> underWay = new();
    private readonly ConcurrentDictionary<string, Task<ISendEndpoint>> endpoints = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim slots = new(ConcurrentSends);
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private volatile bool started;

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
            await store.Engine.ReleaseOutboxClaimsAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends only once the bus has started: before that the in-memory transport has no queues.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        started = true;
        running = Task.WhenAll(SendAsync(stopping.Token), SweepAsync(stopping.Token));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        started = false;
        await stopping.CancelAsync();
        await running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Also ends a dispatcher that nobody stopped. The slots stay for sends that are still under way.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Take(OutboxMessage message)
    {
        if (!underWay.TryAdd(message.Id, true))
            return;
        if (started && slots.Wait(0))
            _ = DeliverAsync(message, stopping.Token);
        else
            ready.Writer.TryWrite(message);
    }

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        await foreach (var message in ready.Reader.ReadAllAsync(stoppingToken))
        {
            await slots.WaitAsync(stoppingToken);
            _ = DeliverAsync(message, stoppingToken);
        }
    }

    private async Task DeliverAsync(OutboxMessage message, CancellationToken stoppingToken)
    {
        using var span = OutboxTrace.Continue(message);
        try
        {
            var endpoint = await EndpointAsync(message.Destination);
            if (options.SingleProcess)
                deliveries.Expect(message.Id, message.Destination, message.MessageType, delivered => Settle(message.Id, delivered));
            await endpoint.Send(StoredMessage.Body, new StoredMessage(message), stoppingToken);
            if (!options.SingleProcess)
                Settle(message.Id, delivered: true);
        }
#pragma warning disable CA1031 // Whatever went wrong, the row stays and the sweep sends it again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            deliveries.Forget(message.Id);
            Settle(message.Id, delivered: false);
            if (!stoppingToken.IsCancellationRequested)
                LogNotSent(error, message.Id, message.Destination);
        }
        finally
        {
            slots.Release();
        }
    }

    private async ValueTask<ISendEndpoint> EndpointAsync(string destination)
    {
        var endpoint = endpoints.GetOrAdd(destination, address => bus.GetSendEndpoint(new(address)));
        try
        {
            return await endpoint;
        }
        catch
        {
            // The broker may have been away: a remembered failure would outlast it.
            endpoints.TryRemove(KeyValuePair.Create(destination, endpoint));
            throw;
        }
    }

    private void Settle(Guid messageId, bool delivered)
    {
        if (delivered)
            store.MarkDelivered(messageId);
        underWay.TryRemove(messageId, out _);
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var found = 0;
            try
            {
                var messages = await store.Engine.ClaimOutboxAsync(clock.GetUtcNow(), options.ClaimDuration, SweepBatch, stoppingToken);
                foreach (var message in messages)
                    Take(message);
                found = messages.Count;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} to {Destination} was not sent; it will be sent again.")]
    private partial void LogNotSent(Exception error, Guid messageId, string destination);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox of {Store} could not be swept; trying again.")]
    private partial void LogSweepFailed(Exception error, string store);
}
