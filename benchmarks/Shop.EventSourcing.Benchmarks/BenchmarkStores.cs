using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.TestServers;

namespace Shop.EventSourcing.Benchmarks;

/// <summary>An empty store on each engine, in temporary folders; PostgreSQL on a private server.</summary>
internal sealed class BenchmarkStores : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("shop-benchmark-");
    private readonly PostgreSqlServer server;
    private readonly string database;

    private BenchmarkStores(PostgreSqlServer server, string database) => (this.server, this.database) = (server, database);

    public IReadOnlyList<(string Name, Func<IStorageEngine> Open)> Engines =>
    [
        ("SQLite", () => new SqliteEngine(Path.Combine(folder.FullName, "store.db"), [])),
        ("PostgreSQL", () => new PostgreSqlEngine(database, [])),
    ];

    public static async Task<BenchmarkStores> StartAsync()
    {
        var server = await PostgreSqlServer.StartAsync();
        return new(server, await server.CreateDatabaseAsync("benchmark"));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
