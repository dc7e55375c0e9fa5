using Shop.TestServers;

namespace Shop.Messaging.Tests.RabbitMq;

/// <summary>One broker for all tests that need a real one, one after the other.</summary>
public sealed class SharedBroker : IAsyncLifetime
{
    private RabbitMqServer? server;

    public RabbitMqServer Server => server!;

    public async Task InitializeAsync() => server = await RabbitMqServer.StartAsync("service");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class BrokerCollection : ICollectionFixture<SharedBroker>
{
    public const string Name = "Broker";
}
