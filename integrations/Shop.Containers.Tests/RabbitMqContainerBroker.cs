using System.Text;
using DotNet.Testcontainers.Builders;
using Shop.TestServers;
using Testcontainers.RabbitMq;

namespace Shop.Containers.Tests;

/// <summary>A broker in a container, configured as docker-compose.yml's.</summary>
internal sealed class RabbitMqContainerBroker : RabbitMqBroker
{
    private const ushort ManagementPortInside = 15672;
    private readonly ServerContainer server;

    public RabbitMqContainerBroker(IReadOnlyList<string> users) : base(users) => server = new("RabbitMQ", () => Configure().Build(), IsOpenAsync);

    protected override int ListenerPort => RabbitMqBuilder.RabbitMqPort;

    public override Task RestartAsync() => server.StartAsync();

    public override Task KillAsync() => server.KillAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }

    internal RabbitMqBuilder Configure() => new RabbitMqBuilder(Images.RabbitMq)
        // The name of the node, and with it of its data.
        .WithHostname("rabbitmq")
        .WithUsername(Administrator)
        .WithPassword(Password)
        .WithPortBinding(Port, RabbitMqBuilder.RabbitMqPort)
        .WithPortBinding(ManagementPort, ManagementPortInside)
        .WithCreateParameterModifier(ServerContainer.PublishOnLoopback)
        .WithResourceMapping(File.ReadAllBytes(Repository.PathOf("deploy/rabbitmq/rabbitmq.conf")), "/etc/rabbitmq/conf.d/20-shop.conf")
        .WithResourceMapping(Encoding.UTF8.GetBytes("load_definitions = /etc/rabbitmq/definitions.json\n"), "/etc/rabbitmq/conf.d/30-drills.conf")
        .WithResourceMapping(Encoding.UTF8.GetBytes(Definitions), "/etc/rabbitmq/definitions.json")
        // Ours looks from outside, and at every start.
        .WithWaitStrategy(Wait.ForUnixContainer());
}
