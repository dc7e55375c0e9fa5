using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// One channel with publisher confirms on a connection of its own. It is written to by one loop only, so its sequence numbers are
/// counted here; after the first thing that goes wrong it is broken for good, and everything unconfirmed has failed.
/// </summary>
internal sealed class PublishingChannel : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource broken = new();
    private readonly HashSet<string> exchanges = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly SortedDictionary<ulong, Publication> unconfirmed = [];
    private ulong published;
    private BrokerException? reason;

    private PublishingChannel(IConnection connection, IChannel channel, TimeProvider clock)
    {
        this.connection = connection;
        this.channel = channel;
        this.clock = clock;
        Broken = broken.Token;
        channel.BasicAcksAsync += (_, ack) => Confirmed(ack.DeliveryTag, ack.Multiple, publication => publication.Confirm());
        channel.BasicNacksAsync += (_, nack) => Confirmed(nack.DeliveryTag, nack.Multiple, publication => publication.Fail(new("The broker refused it: a queue is full.")));
        channel.BasicReturnAsync += (_, returned) => Returned(returned.BasicProperties.MessageId, returned.ReplyText);
        channel.ChannelShutdownAsync += (_, shutdown) => Broke(shutdown);
        connection.ConnectionShutdownAsync += (_, shutdown) => Broke(shutdown);
        connection.ConnectionBlockedAsync += (_, blocked) =>
        {
            IsBlockedFor = blocked.Reason;
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            IsBlockedFor = null;
            return Task.CompletedTask;
        };
    }

    /// <summary>Cancelled when it is broken.</summary>
    public CancellationToken Broken { get; }

    /// <summary>Why the broker takes nothing at present (it is short of memory or disk), or null.</summary>
    public string? IsBlockedFor { get; private set; }

    public static async Task<PublishingChannel> OpenAsync(IConnection connection, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Without the client's own tracking: it takes a lock for each message, and loses count when a publish is cancelled.
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        var channel = await connection.CreateChannelAsync(options, cancellationToken);
        return new(connection, channel, clock);
    }

    /// <summary>Hands a message to the broker; whether it took it is said by <see cref="Publication.Confirmed"/>.</summary>
    public async Task PublishAsync(Publication publication)
    {
        if (!TryAdd(publication))
            return;
        try
        {
            // One that exists is left as it is: its service has declared it in the same way.
            if (exchanges.Add(publication.Exchange))
                await channel.ExchangeDeclareAsync(publication.Exchange, ExchangeType.Fanout, durable: true, cancellationToken: Broken).WaitAsync(Broken);
            await channel.BasicPublishAsync(publication.Exchange, "", mandatory: true, publication.Properties, publication.Body, Broken).AsTask().WaitAsync(Broken);
        }
#pragma warning disable CA1031 // Whatever it was, the broker and we may have counted differently from here on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Break(new(error.Message, error));
        }
    }

    /// <summary>How long the oldest message has been waiting for its confirm.</summary>
    public TimeSpan OldestAge()
    {
        lock (gate)
            return unconfirmed.Count == 0 ? TimeSpan.Zero : clock.GetUtcNow() - unconfirmed.First().Value.PublishedAt;
    }

    /// <summary>Everything unconfirmed fails. The first reason counts.</summary>
    public void Break(BrokerException why)
    {
        Publication[] failed;
        lock (gate)
        {
            reason ??= why;
            failed = [.. unconfirmed.Values];
            unconfirmed.Clear();
        }

        foreach (var publication in failed)
            publication.Fail(reason);
        // Not on this thread, which may be the client's own: it would wait for whoever waits for it.
        _ = broken.CancelAsync();
    }

    public ValueTask DisposeAsync()
    {
        Break(new("The connection was closed."));
        BrokerConnection.Drop(connection);
        return ValueTask.CompletedTask;
    }

    private bool TryAdd(Publication publication)
    {
        lock (gate)
        {
            if (reason is null)
            {
                publication.PublishedAt = clock.GetUtcNow();
                unconfirmed.Add(++published, publication);
                return true;
            }
        }

        publication.Fail(reason);
        return false;
    }

    private Task Broke(ShutdownEventArgs shutdown)
    {
        Break(new(shutdown.ReplyText, shutdown.Exception));
        return Task.CompletedTask;
    }

    private Task Confirmed(ulong sequenceNumber, bool multiple, Action<Publication> end)
    {
        List<Publication> ended = [];
        lock (gate)
        {
            if (multiple)
            {
                while (unconfirmed.Count > 0 && unconfirmed.First() is var (number, publication) && number <= sequenceNumber)
                {
                    unconfirmed.Remove(number);
                    ended.Add(publication);
                }
            }
            else if (unconfirmed.Remove(sequenceNumber, out var publication))
            {
                ended.Add(publication);
            }
        }

        ended.ForEach(end);
        return Task.CompletedTask;
    }

    /// <summary>A confirm follows, and then finds it failed.</summary>
    private Task Returned(string? messageId, string why)
    {
        Publication[] returned;
        lock (gate)
            returned = [.. unconfirmed.Values.Where(publication => publication.Properties.MessageId == messageId)];
        foreach (var publication in returned)
            publication.Fail(new($"No queue takes messages of {publication.Exchange} yet ({why}): the service that reads them has not started."));
        return Task.CompletedTask;
    }
}
