using Shop.Containers.Tests;
using Shop.EventSourcing.SqlServer;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.TestServers;

namespace Shop.Distributed.Tests.Running;

/// <summary>What the drills run on here: containers.</summary>
internal static class ServerFactory
{
    /// <inheritdoc cref="StoreChoice"/>
    private static StoreChoice Choice => StoreChoice.Read(Environment.GetEnvironmentVariable(StoreChoice.Variable));

    public static IReadOnlyDictionary<string, string?> StoreSettings => Choice.Settings;

    public static async Task<RabbitMqBroker> StartBrokerAsync(IReadOnlyList<string> users)
    {
        var broker = new RabbitMqContainerBroker(users);
        return await StartAsync(broker, broker.RestartAsync);
    }

    public static Task<IDatabaseServer> StartDatabaseAsync() =>
        Choice.IsSqlServer ? StartAsync(new SqlServerContainer()) : StartAsync(new PostgreSqlContainerServer());

    /// <summary>The site keeps its accounts in PostgreSQL, wherever the stores are.</summary>
    public static async Task<IDatabaseServer> StartAccountsServerAsync(IDatabaseServer stores) =>
        stores is PostgreSqlContainerServer ? stores : await StartAsync(new PostgreSqlContainerServer());

    public static IStorageEngine Open(string connectionString, IReadOnlyList<Table> tables) =>
        Choice.IsSqlServer ? new SqlServerEngine(connectionString, tables) : new PostgreSqlEngine(connectionString, tables);

    private static Task<IDatabaseServer> StartAsync(IDatabaseServer server) => StartAsync(server, server.RestartAsync);

    private static async Task<T> StartAsync<T>(T server, Func<Task> start) where T : IAsyncDisposable
    {
        try
        {
            await start();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
