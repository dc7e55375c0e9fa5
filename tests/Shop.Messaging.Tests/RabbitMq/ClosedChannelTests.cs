using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Messaging.RabbitMq;
using Shop.TestServers;

namespace Shop.Messaging.Tests.RabbitMq;

/// <summary>On a real broker: channels that close before anybody has told the consumer that it is accepted.</summary>
[Collection(BrokerCollection.Name)]
public sealed class ClosedChannelTests(SharedBroker broker)
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_queue_is_read_again_when_its_consumer_was_never_told_that_its_channel_closed()
    {
        await using var proxy = new FaultProxy(broker.Server.Port);
        var name = $"closed-{Guid.CreateVersion7():N}";
        var never = new NeverTold();
        var received = new TaskCompletionSource();
        var bus = Bus.Factory.CreateUsingRabbitMq(factory =>
        {
            factory.Host(new Uri(broker.Server.ConnectionString("service", proxy.Port)));
            factory.ReceiveEndpoint(name, queue =>
            {
                queue.ConfigureChannel(channel =>
                {
                    channel.UseFilter(new ClosedChannelFilter(name, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<ClosedChannelFilter>.Instance));
                    channel.UseFilter(never);
                });
                queue.Handler<Asked>(_ =>
                {
                    received.TrySetResult();
                    return Task.CompletedTask;
                });
            });
        });

        await bus.StartAsync(CancellationToken.None).WaitAsync(Most);
        proxy.Cut();
        proxy.Heal();
        await never.IsWaiting.WaitAsync(Most);
        proxy.Cut();
        proxy.Heal();
        await (await bus.GetSendEndpoint(new($"queue:{name}"))).Send(new Asked("again"));

        await received.Task.WaitAsync(Most);
        await bus.StopAsync(CancellationToken.None).WaitAsync(Most);
    }

    public sealed record Asked(string What);

    /// <summary>Waits on the second channel as MassTransit does for news that the client has thrown away.</summary>
    private sealed class NeverTold : IFilter<ChannelContext>
    {
        private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private int channels;

        public Task IsWaiting => waiting.Task;

        public void Probe(ProbeContext context)
        {
        }

        public Task Send(ChannelContext context, IPipe<ChannelContext> next)
        {
            if (Interlocked.Increment(ref channels) != 2)
                return next.Send(context);
            waiting.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan);
        }
    }
}
