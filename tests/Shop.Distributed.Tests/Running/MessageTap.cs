using RabbitMQ.Client;

namespace Shop.Distributed.Tests.Running;

/// <summary>Keeps a copy of every message that reaches some queues, and delivers the copies again.</summary>
internal sealed class MessageTap : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly IReadOnlyList<string> queues;
    private readonly List<(string Queue, BasicProperties Properties, byte[] Body)> copies = [];

    private MessageTap(IConnection connection, IChannel channel, IReadOnlyList<string> queues)
    {
        this.connection = connection;
        this.channel = channel;
        this.queues = queues;
    }

    /// <summary>From now on; each queue is fed by the exchange of its name.</summary>
    public static async Task<MessageTap> OpenAsync(string broker, IReadOnlyList<string> queues)
    {
        var connection = await new ConnectionFactory { Uri = new(broker) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var queue in queues)
        {
            // It goes with the connection, so that what nobody reads is not mistaken for work.
            await channel.QueueDeclareAsync(CopyOf(queue), durable: false, exclusive: true, autoDelete: true);
            await channel.QueueBindAsync(CopyOf(queue), queue, "");
        }

        return new(connection, channel, queues);
    }

    /// <summary>Delivers every message so far once more, shuffled.</summary>
    /// <param name="anew">Under new ids, so that no inbox knows them.</param>
    /// <returns>How many.</returns>
    public async Task<int> DeliverAgainAsync(Random random, bool anew = false)
    {
        await ReadAsync();
        var shuffled = copies.ToArray();
        random.Shuffle(shuffled);
        foreach (var chunk in shuffled.Chunk(200))
            await Task.WhenAll(chunk.Select(copy => PublishAsync(copy, anew)));
        return shuffled.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static string CopyOf(string queue) => $"{queue}-copies";

    private async Task PublishAsync((string Queue, BasicProperties Properties, byte[] Body) copy, bool anew)
    {
        var properties = new BasicProperties(copy.Properties);
        if (anew)
        {
            var id = Guid.CreateVersion7().ToString();
            properties.MessageId = id;
            properties.Headers = new Dictionary<string, object?>(copy.Properties.Headers!) { ["MessageId"] = id };
        }

        await channel.BasicPublishAsync("", copy.Queue, mandatory: true, properties, copy.Body);
    }

    private async Task ReadAsync()
    {
        foreach (var queue in queues)
        {
            while (await channel.BasicGetAsync(CopyOf(queue), autoAck: true) is { } message)
                copies.Add((queue, new(message.BasicProperties), message.Body.ToArray()));
        }
    }
}
