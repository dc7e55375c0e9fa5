using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Messaging.Measuring;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// Asks by passive declarations, over a connection of its own that is opened when somebody wants to know and dropped at the first
/// thing that goes wrong. Whoever asks waits a moment and no longer.
/// </summary>
internal sealed class BrokerQueueReader : IBrokerQueues, IAsyncDisposable
{
    private const ushort NotFound = 404;

    /// <summary>How long the one who asks is kept waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>After this the connection is given up.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly BrokerConnection broker;
    private readonly TimeProvider clock;
    private readonly string[] names;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private Task<BrokerQueues>? asking;
    private IConnection? connection;
    private IChannel? channel;

    public BrokerQueueReader(BrokerConnection broker, ServiceEndpoints endpoints, TimeProvider clock)
        : this(broker, endpoints.All.SelectMany(endpoint => new[] { endpoint.Queue, endpoint.Queue + RabbitMqTransport.DeadLetterSuffix }), clock)
    {
    }

    internal BrokerQueueReader(BrokerConnection broker, IEnumerable<string> names, TimeProvider clock)
    {
        this.broker = broker;
        this.clock = clock;
        this.names = [.. names];
    }

    public async Task<BrokerQueues> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Asking().WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Away($"it has not answered within {Patience.TotalSeconds:0.0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (asking is { } last)
            await last;
        Drop();
        stopping.Dispose();
    }

    /// <summary>One question at a time, however many want to know.</summary>
    private Task<BrokerQueues> Asking()
    {
        lock (gate)
            return asking = asking is { IsCompleted: false } ? asking : Task.Run(AskAsync);
    }

    private async Task<BrokerQueues> AskAsync()
    {
        // Others of this process are waiting for it already, and say so in the log.
        if (broker.IsAway)
            return Away("it takes no connections");
        using var limit = new CancellationTokenSource(AnswerLimit, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
        try
        {
            var queues = new List<BrokerQueue>();
            foreach (var name in names)
                queues.Add(await AskAsync(name, end.Token));
            return new(queues, null);
        }
#pragma warning disable CA1031 // Whatever it was, the next question goes over a new connection.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Drop();
            return Away(error is OperationCanceledException ? $"it has not answered within {AnswerLimit.TotalSeconds:0} s" : error.Message);
        }
    }

    private async Task<BrokerQueue> AskAsync(string name, CancellationToken cancellationToken)
    {
        connection ??= await broker.ConnectAsync("queue depths", cancellationToken);
        channel ??= await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            var declared = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            return new(name, declared.MessageCount, declared.ConsumerCount);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
        {
            // The broker closes the channel with that answer.
            var closed = channel;
            channel = null;
            await closed.DisposeAsync();
            return new(name, null, null);
        }
    }

    private BrokerQueues Away(string reason) => new([], $"{broker.Address}: {reason}");

    private void Drop()
    {
        var dropped = connection;
        (connection, channel) = (null, null);
        if (dropped is not null)
            BrokerConnection.Drop(dropped);
    }
}
