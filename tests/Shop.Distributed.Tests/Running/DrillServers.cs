using Shop.TestServers;

namespace Shop.Distributed.Tests.Running;

/// <summary>The broker and the database server of all drills.</summary>
public sealed class DrillServers : IAsyncLifetime
{
    private PostgreSqlServer? database;
    private RabbitMqServer? broker;

    internal PostgreSqlServer Database => database!;

    internal RabbitMqServer Broker => broker!;

    public async Task InitializeAsync()
    {
        var starting = RabbitMqServer.StartAsync([.. Service.All.Select(service => service.Name)]);
        database = await PostgreSqlServer.StartAsync();
        broker = await starting;
    }

    public async Task DisposeAsync()
    {
        if (broker is not null)
            await broker.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class DrillCollection : ICollectionFixture<DrillServers>
{
    public const string Name = "Drills";
}
