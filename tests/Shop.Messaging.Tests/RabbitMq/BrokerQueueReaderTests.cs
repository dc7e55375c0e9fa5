using System.Diagnostics;
using RabbitMQ.Client;
using Shop.Messaging.Measuring;
using Shop.Messaging.RabbitMq;
using Shop.TestServers;

namespace Shop.Messaging.Tests.RabbitMq;

/// <summary>On a real broker, through a proxy that can be stalled and cut.</summary>
[Collection(BrokerCollection.Name)]
public sealed class BrokerQueueReaderTests : IAsyncLifetime
{
    private readonly string name = $"depths-{Guid.CreateVersion7()}";
    private readonly RabbitMqServer server;
    private readonly FaultProxy proxy;
    private readonly BrokerQueueReader reader;

    public BrokerQueueReaderTests(SharedBroker broker)
    {
        server = broker.Server;
        proxy = new(server.Port);
        reader = new(broker.Through(proxy), [name, name + ".missing", name + ".dead"], TimeProvider.System);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await reader.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Fact]
    public async Task It_counts_what_waits_and_one_missing_queue_hides_no_other()
    {
        await using var queues = await DeclareAsync(messages: 3);

        BrokerQueue[] expected = [new(name, 3, 0), new(name + ".missing", null, null), new(name + ".dead", 0, 0)];
        await UntilAsync(answer => answer.Queues.SequenceEqual(expected), "what waits is counted");

        await queues.Channel.QueueDeclareAsync(name + ".missing", durable: true, exclusive: false, autoDelete: false);
        await queues.Channel.QueuePurgeAsync(name);
        await UntilAsync(answer => answer.Queues is [{ Messages: 0 }, { Messages: 0, Consumers: 0 }, _], "the new queue is seen and the other one is empty");
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_away_within_a_second_and_is_asked_again_when_it_is_back()
    {
        await using var queues = await DeclareAsync(messages: 1);
        await UntilAsync(answer => answer.Away is null, "the broker answers");

        foreach (var fault in new Action[] { proxy.Stall, proxy.Cut })
        {
            fault();
            var asked = Stopwatch.GetTimestamp();
            var away = await reader.ReadAsync(default);
            Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(TimeSpan.FromSeconds(5), "whoever looks at the overview is not kept waiting");
            await UntilAsync(answer => answer is { Away: not null, Queues: [] }, "it is away");
            away.Away?.ShouldNotContain("amqp://");

            proxy.Heal();
            await UntilAsync(answer => answer is { Away: null, Queues: [{ Messages: 1 }, ..] }, "it is back");
        }
    }

    private async Task UntilAsync(Func<BrokerQueues, bool> isSo, string what)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await reader.ReadAsync(default);
        while (!isSo(answer))
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(2), $"{what}; last {string.Join(", ", answer.Queues)} {answer.Away}");
            await Task.Delay(50);
            answer = await reader.ReadAsync(default);
        }
    }

    private async Task<Declared> DeclareAsync(int messages)
    {
        var connection = await new ConnectionFactory { Uri = new(server.ConnectionString("admin")) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var queue in new[] { name, name + ".dead" })
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        for (var number = 0; number < messages; number++)
            await channel.BasicPublishAsync("", name, mandatory: true, new BasicProperties(), "{}"u8.ToArray());
        return new(connection, channel);
    }

    private sealed record Declared(IConnection Connection, IChannel Channel) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Channel.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
