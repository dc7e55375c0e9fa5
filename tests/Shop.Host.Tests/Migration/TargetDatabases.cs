using Microsoft.Extensions.Configuration;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.TestServers;

namespace Shop.Host.Tests.Migration;

/// <summary>An empty PostgreSQL database for each store, and one for the accounts.</summary>
internal sealed class TargetDatabases : IAsyncDisposable
{
    private readonly PostgreSqlServer server;

    private TargetDatabases(PostgreSqlServer server) => this.server = server;

    /// <summary>Connection strings as environment variables, as a person would give them.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public IConfiguration Configuration => new ConfigurationBuilder()
        .AddInMemoryCollection(Environment.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build();

    public static async Task<TargetDatabases> StartAsync()
    {
        var databases = new TargetDatabases(await PostgreSqlServer.StartAsync());
        foreach (var definition in Stores.All)
            databases.Environment[$"ConnectionStrings__{definition.Name}"] = await databases.server.CreateDatabaseAsync($"shop_{definition.Name}");
        databases.Environment["ConnectionStrings__accounts"] = await databases.server.CreateDatabaseAsync("shop_accounts");
        return databases;
    }

    public IStorageEngine Open(StoreDefinition definition) => Stores.Open(Stores.PostgreSql, "", Configuration, definition);

    /// <summary>A number of a store's database, or 0 while there is none.</summary>
    public async Task<long> NumberAsync(string store, string sql)
    {
        await using var connection = new NpgsqlConnection(Environment[$"ConnectionStrings__{store}"] + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            return (long)(await command.ExecuteScalarAsync() ?? 0L);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return 0;
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
