using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Messaging.RabbitMq;
using Shop.TestServers;

namespace Shop.Messaging.Tests.RabbitMq;

/// <summary>One broker for all tests that need a real one, one after the other.</summary>
public sealed class SharedBroker : IAsyncLifetime
{
    private RabbitMqServer? server;

    public RabbitMqServer Server => server!;

    /// <summary>How a service connects, through a proxy that can be stalled and cut.</summary>
    internal BrokerConnection Through(FaultProxy proxy) => new(
        BrokerAddress.Parse(Server.ConnectionString("service", proxy.Port), "test"), new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance),
        TimeProvider.System, NullLogger<BrokerConnection>.Instance);

    public async Task InitializeAsync() => server = await RabbitMqServer.StartAsync("service");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class BrokerCollection : ICollectionFixture<SharedBroker>
{
    public const string Name = "Broker";
}
