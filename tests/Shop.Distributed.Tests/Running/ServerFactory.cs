using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.TestServers;

namespace Shop.Distributed.Tests.Running;

/// <summary>
/// What the drills run on: processes of their own on this machine. integrations/Shop.Containers.Tests compiles the drills with
/// another class of this name.
/// </summary>
internal static class ServerFactory
{
    /// <summary>Settings of a service, but for its connection strings, that put its store where the drills look.</summary>
    public static IReadOnlyDictionary<string, string?> StoreSettings { get; } = new Dictionary<string, string?> { ["Shop__Store"] = "PostgreSql" };

    public static async Task<RabbitMqBroker> StartBrokerAsync(IReadOnlyList<string> users) => await RabbitMqServer.StartAsync(users);

    public static async Task<IDatabaseServer> StartDatabaseAsync() => await PostgreSqlServer.StartAsync();

    /// <summary>The site keeps its accounts in PostgreSQL, wherever the stores are.</summary>
    /// <param name="stores">The server of the stores, which may be used for the accounts as well.</param>
    public static Task<IDatabaseServer> StartAccountsServerAsync(IDatabaseServer stores) => Task.FromResult(stores);

    /// <summary>A look into a service's store, past the service.</summary>
    public static IStorageEngine Open(string connectionString, IReadOnlyList<Table> tables) => new PostgreSqlEngine(connectionString, tables);
}
