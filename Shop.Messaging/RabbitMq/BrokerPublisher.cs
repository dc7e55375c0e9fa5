using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// Publishes what the outbox holds over a connection of its own. A connection that breaks, or that takes messages and does not
/// confirm them, is dropped without waiting for it, and what it has not confirmed goes over the next.
/// See docs/adr/0020-a-publisher-of-our-own.md.
/// </summary>
internal sealed partial class BrokerPublisher : IMessageSender, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly BrokerConnection broker;
    private readonly MessagingOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Channel<Publication> waiting = Channel.CreateUnbounded<Publication>(new() { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly Task publishing;

    public BrokerPublisher(BrokerConnection broker, MessagingOptions options, TimeProvider clock, ILogger<BrokerPublisher> logger)
    {
        this.broker = broker;
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        publishing = Task.Run(PublishAsync);
    }

    public bool IsAway => broker.IsAway;

    public async Task SendAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var publication = new Publication(message);
        if (!waiting.Writer.TryWrite(publication))
            throw new BrokerException("The process is stopping.");
        await using var givenUp = cancellationToken.Register(publication.GiveUp);
        await publication.Confirmed;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await stopping.CancelAsync();
        await publishing;
        stopping.Dispose();
    }

    private async Task PublishAsync()
    {
        try
        {
            // An idle process does not connect again before it has something to say.
            while (await waiting.Reader.WaitToReadAsync(stopping.Token))
            {
                try
                {
                    await using var channel = await PublishingChannel.OpenAsync(await broker.ConnectAsync("outbox", stopping.Token), clock, stopping.Token);
                    await PublishAsync(channel);
                }
                catch (Exception error) when (error is RabbitMQClientException or IOException or TimeoutException)
                {
                    // It went away again before the channel was open.
                    LogNotOpened(broker.Address, error.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What waits is still in the outbox.
        }
    }

    /// <summary>Until the channel breaks.</summary>
    private async Task PublishAsync(PublishingChannel channel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(channel.Broken, stopping.Token);
        var watching = WatchAsync(channel, end.Token);
        try
        {
            while (await waiting.Reader.WaitToReadAsync(end.Token))
            {
                while (!end.IsCancellationRequested && waiting.Reader.TryRead(out var publication))
                {
                    if (!publication.Confirmed.IsCompleted)
                        await channel.PublishAsync(publication);
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }

        await end.CancelAsync();
        await watching;
    }

    /// <summary>Also breaks off a publish that hangs.</summary>
    private async Task WatchAsync(PublishingChannel channel, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (channel.OldestAge() < options.ConfirmLimit)
                    continue;
                LogUnconfirmed(broker.Address, options.ConfirmLimit.TotalSeconds, channel.IsBlockedFor ?? "no reason given");
                channel.Break(new($"The broker did not confirm within {options.ConfirmLimit.TotalSeconds:0} s."));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Address} has not confirmed a message for {Seconds} s ({Reason}); connecting anew.")]
    private partial void LogUnconfirmed(BrokerAddress address, double seconds, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Address} did not open a channel to publish on; trying again: {Reason}")]
    private partial void LogNotOpened(BrokerAddress address, string reason);
}
