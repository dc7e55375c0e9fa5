using System.Collections.Concurrent;
using System.Text;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;
using Shop.Messaging.RabbitMq;
using Shop.TestServers;

namespace Shop.Messaging.Tests.RabbitMq;

/// <summary>On a real broker, through a proxy that can be stalled and cut.</summary>
[Collection(BrokerCollection.Name)]
public sealed class BrokerPublisherTests : IAsyncLifetime
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, int> arrived = new(StringComparer.Ordinal);
    private readonly string name = $"orders-{Guid.CreateVersion7()}";
    private readonly RabbitMqServer server;
    private readonly FaultProxy proxy;
    private readonly BrokerPublisher publisher;
    private int confirmed;

    public BrokerPublisherTests(SharedBroker broker)
    {
        server = broker.Server;
        proxy = new(server.Port);
        publisher = new(broker.Through(proxy), new() { ConfirmLimit = TimeSpan.FromSeconds(2) }, TimeProvider.System, NullLogger<BrokerPublisher>.Instance);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await publisher.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_message_arrives_with_its_stored_bytes_and_headers()
    {
        await using var queue = await QueueAsync();
        var message = Message("""{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","Customer":"颜"}""");

        await publisher.SendAsync(message, CancellationToken.None).WaitAsync(Most);

        var received = (await queue.Channel.BasicGetAsync(name, autoAck: true)).ShouldNotBeNull();
        received.Body.ToArray().ShouldBe(message.Body);
        received.BasicProperties.MessageId.ShouldBe(message.Id.ToString());
        received.BasicProperties.ContentType.ShouldBe("application/json");
        received.BasicProperties.Persistent.ShouldBeTrue();
        var headers = received.BasicProperties.Headers!.Where(header => header.Value is byte[]).ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!));
        headers[MessageHeaders.MessageId].ShouldBe(message.Id.ToString());
        headers[MessageHeaders.MessageType].ShouldBe("urn:message:Test:Ordered");
        headers["Customer"].ShouldBe("颜");
    }

    [Fact]
    public async Task What_no_queue_takes_comes_back_and_its_neighbours_do_not()
    {
        await using var queue = await QueueAsync();
        var unread = Enumerable.Range(0, 50).Select(_ => publisher.SendAsync(Message(exchange: "nobody-reads"), CancellationToken.None)).ToArray();
        var read = Enumerable.Range(0, 50).Select(_ => publisher.SendAsync(Message(), CancellationToken.None)).ToArray();

        await Task.WhenAll(read).WaitAsync(Most);
        foreach (var send in unread)
            (await send.WaitAsync(Most).ShouldThrowAsync<BrokerException>()).Message.ShouldContain("nobody-reads");
        (await queue.Channel.MessageCountAsync(name)).ShouldBe(50u);
    }

    [Fact]
    public async Task Nothing_is_lost_while_connections_are_cut_channels_closed_and_the_broker_killed()
    {
        await using var queue = await QueueAsync();
        using var done = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 32).Select(_ => SendUntilAsync(done.Token)).ToArray();

        for (var round = 0; round < 4; round++)
        {
            await ProgressAsync();
            proxy.Cut();
            await Task.Delay(200);
            proxy.Heal();
            await ProgressAsync();
            // The broker answers what is sent to an exchange that is gone by closing the channel.
            await queue.Channel.ExchangeDeleteAsync(name);
            await queue.DeclareAsync();
        }

        await ProgressAsync();
        await server.KillAsync();
        await Task.Delay(500);
        await server.RestartAsync();
        await ProgressAsync();
        await done.CancelAsync();
        var sent = (await Task.WhenAll(senders).WaitAsync(Most)).SelectMany(ids => ids).ToHashSet();

        await using var after = await QueueAsync();
        while (await after.Channel.BasicGetAsync(name, autoAck: true) is { } message)
            arrived.AddOrUpdate(message.BasicProperties.MessageId!, 1, (_, count) => count + 1);
        sent.Count.ShouldBeGreaterThan(0);
        sent.Except(arrived.Keys).ShouldBeEmpty("Everything that was confirmed is there.");
    }

    [Fact]
    public async Task A_connection_that_does_not_confirm_is_given_up_and_the_next_one_works()
    {
        await using var queue = await QueueAsync();
        await publisher.SendAsync(Message(), CancellationToken.None).WaitAsync(Most);

        for (var round = 0; round < 3; round++)
        {
            proxy.Stall();
            var sends = Enumerable.Range(0, 100).Select(_ => publisher.SendAsync(Message(), CancellationToken.None)).ToArray();
            foreach (var send in sends)
                (await send.WaitAsync(Most).ShouldThrowAsync<BrokerException>()).Message.ShouldContain("did not confirm");
            proxy.Heal();
            await publisher.SendAsync(Message(), CancellationToken.None).WaitAsync(Most);
        }
    }

    [Fact]
    public async Task Sends_that_are_given_up_disturb_no_others()
    {
        await using var queue = await QueueAsync();
        var random = new Random(20261125);
        for (var round = 0; round < 300; round++)
        {
            using var givenUp = new CancellationTokenSource();
            var cancelled = publisher.SendAsync(Message(), givenUp.Token);
            var kept = publisher.SendAsync(Message(), CancellationToken.None);
            if (random.Next(2) == 0)
                await Task.Yield();
            await givenUp.CancelAsync();
            await kept.WaitAsync(Most);
            await cancelled.WaitAsync(Most).ContinueWith(task => task.Status, TaskScheduler.Default);
        }
    }

    /// <returns>The ids of those that were confirmed.</returns>
    private async Task<List<string>> SendUntilAsync(CancellationToken done)
    {
        List<string> sent = [];
        while (!done.IsCancellationRequested)
        {
            var message = Message();
            while (true)
            {
                try
                {
                    await publisher.SendAsync(message, CancellationToken.None).WaitAsync(Most, CancellationToken.None);
                    break;
                }
                catch (BrokerException)
                {
                    await Task.Delay(50, CancellationToken.None);
                }
            }

            sent.Add(message.Id.ToString());
            Interlocked.Increment(ref confirmed);
        }

        return sent;
    }

    private async Task ProgressAsync()
    {
        var before = Volatile.Read(ref confirmed);
        await TestShop.Eventually(() => Volatile.Read(ref confirmed) > before + 500, "500 more were confirmed");
    }

    private OutboxMessage Message(string? headers = null, string? exchange = null) => new(
        Guid.CreateVersion7(), $"exchange:{exchange ?? name}", "application/json", "urn:message:Test:Ordered", """{"amountMinor":1999}"""u8.ToArray(), headers,
        TimeProvider.System.GetUtcNow(), null);

    private async Task<Queue> QueueAsync()
    {
        var connection = await new ConnectionFactory { Uri = new(server.ConnectionString("admin")) }.CreateConnectionAsync();
        var queue = new Queue(name, connection, await connection.CreateChannelAsync());
        await queue.DeclareAsync();
        return queue;
    }

    private sealed record Queue(string Name, IConnection Connection, IChannel Channel) : IAsyncDisposable
    {
        public async Task DeclareAsync()
        {
            await Channel.ExchangeDeclareAsync(Name, ExchangeType.Fanout, durable: true);
            await Channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await Channel.QueueBindAsync(Name, Name, "");
        }

        public async ValueTask DisposeAsync()
        {
            await Channel.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
