using Shop.TestServers;

namespace Shop.Distributed.Tests.Running;

/// <summary>The broker and the database server of all drills.</summary>
public sealed class DrillServers : IAsyncLifetime
{
    private IDatabaseServer? database;
    private IDatabaseServer? accounts;
    private RabbitMqBroker? broker;
    private Cluster? shop;

    internal IDatabaseServer Database => database!;

    internal RabbitMqBroker Broker => broker!;

    public async Task InitializeAsync()
    {
        var starting = ServerFactory.StartBrokerAsync([.. Service.All.Select(service => service.Name)]);
        database = await ServerFactory.StartDatabaseAsync();
        broker = await starting;
    }

    /// <returns>The connection string of an empty database for the site's accounts.</returns>
    internal async Task<string> CreateAccountsAsync()
    {
        accounts ??= await ServerFactory.StartAccountsServerAsync(Database);
        return await accounts.CreateDatabaseAsync("shop_accounts");
    }

    /// <summary>The shop that runs with these options; when none does, the one that runs with others is ended and a new one started, which is empty.</summary>
    internal async Task<Cluster> ShopAsync(ClusterOptions options)
    {
        if (shop is not null && shop.Options != options)
            await EndShopAsync();
        return shop ??= await Cluster.StartAsync(this, options);
    }

    internal async Task EndShopAsync()
    {
        if (shop is not null)
            await shop.DisposeAsync();
        shop = null;
    }

    public async Task DisposeAsync()
    {
        if (shop is not null)
            await shop.StopAsync();
        await EndShopAsync();
        if (broker is not null)
            await broker.DisposeAsync();
        if (accounts is not null && accounts != database)
            await accounts.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }
}

/// <summary>Drills that start a shop of their own.</summary>
[CollectionDefinition(Name)]
public sealed class DrillCollection : ICollectionFixture<DrillServers>
{
    public const string Name = "Drills";
}

/// <summary>Drills of the shop as it is shipped. In the short form one shop goes through all of them, with an audit after each.</summary>
[CollectionDefinition(Name)]
public sealed class SharedShopCollection : ICollectionFixture<DrillServers>
{
    public const string Name = "Drills on one shop";
}
