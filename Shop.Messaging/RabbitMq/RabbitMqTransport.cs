using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.RabbitMq;

/// <summary>MassTransit on RabbitMQ, such that the broker loses nothing either.</summary>
/// <remarks>
/// Queues are quorum queues. A message that keeps killing its consumer is not delivered for ever: after
/// <see cref="DeliveryLimit"/> deliveries the broker moves it, once it is safe there, to the queue's dead-letter queue, which
/// the service itself reads to park it with the others that cannot be handled.
/// </remarks>
internal static class RabbitMqTransport
{
    /// <summary>Each restart of a consumer and each broken connection counts as a delivery, so it is far above what those take.</summary>
    public const int DeliveryLimit = 20;

    public const string DeadLetterSuffix = ".dead";

    private static readonly TimeSpan ClosedChannelPatience = TimeSpan.FromSeconds(15);

    public static void Configure(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator factory)
    {
        var address = context.GetRequiredService<BrokerAddress>();
        var connection = context.GetRequiredService<BrokerConnection>();
        var (name, port) = address.Hosts[0];
        factory.Host(name, port, address.VirtualHost, AppDomain.CurrentDomain.FriendlyName, host =>
        {
            host.Username(address.User);
            host.Password(address.Password);
            host.Heartbeat(BrokerConnection.Heartbeat);
            host.RequestedConnectionTimeout(BrokerConnection.ConnectLimit);
            host.ContinuationTimeout(BrokerConnection.RpcLimit);
            host.OnRefreshConnectionFactory = connection.WaitAsync;
            if (address.Tls)
                host.UseSsl(ssl => ssl.ServerName = name);
            if (address.Hosts.Count > 1)
            {
                host.UseCluster(cluster =>
                {
                    foreach (var (node, nodePort) in address.Hosts)
                        cluster.Node($"{node}:{nodePort}");
                });
            }
        });

        var json = new JsonMessages();
        factory.AddSerializer(json);
        factory.AddDeserializer(json, isDefault: true);
        foreach (var endpoint in context.GetRequiredService<ServiceEndpoints>().All)
        {
            factory.ReceiveEndpoint(endpoint.Queue, queue =>
            {
                Lossless(queue, context);
                queue.SetQueueArgument("x-delivery-limit", DeliveryLimit);
                queue.SetQueueArgument("x-dead-letter-exchange", "");
                queue.SetQueueArgument("x-dead-letter-routing-key", endpoint.Queue + DeadLetterSuffix);
                queue.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
                endpoint.Configure(queue, context);
            });
            factory.ReceiveEndpoint(endpoint.Queue + DeadLetterSuffix, queue =>
            {
                Lossless(queue, context);
                queue.ConfigureConsumeTopology = false;
                endpoint.ConfigureDeadLetters(queue, context, $"It was delivered {DeliveryLimit} times and never answered: it stopped its consumer each time.");
            });
        }
    }

    private static void Lossless(IRabbitMqReceiveEndpointConfigurator queue, IBusRegistrationContext context)
    {
        queue.SetQuorumQueue();
        queue.SetQueueArgument("x-overflow", "reject-publish");
        queue.ConfigureChannel(channel => channel.UseFilter(new ClosedChannelFilter(
            queue.InputAddress.Segments[^1], ClosedChannelPatience, context.GetRequiredService<TimeProvider>(), context.GetRequiredService<ILogger<ClosedChannelFilter>>())));
    }
}
