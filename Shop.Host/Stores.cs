using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Host;

/// <summary>The stores of all services, for commands that work on them while no service runs.</summary>
internal static class Stores
{
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgres";
    public const string SqlServer = "sqlserver";

    public static IReadOnlyList<StoreDefinition> All => ShopStores.All;

    public static string FileOf(string data, StoreDefinition definition) => Path.Combine(data, definition.Name + ".db");

    /// <exception cref="StartException">There is no such file.</exception>
    public static IStorageEngine OpenSqlite(string data, StoreDefinition definition) => ShopStores.Open(
        new ConfigurationBuilder().AddConfiguration(ShopStores.Configure(data)).AddInMemoryCollection([new("Shop:Store", "Sqlite")]).Build(), definition);

    /// <param name="store"><see cref="Sqlite"/>, or an <see cref="Elsewhere"/>.</param>
    /// <exception cref="StartException">There is no such store, or its file or connection string is missing or cannot be understood.</exception>
    public static IStorageEngine Open(string store, string data, IConfiguration configuration, StoreDefinition definition) =>
        store == Sqlite ? OpenSqlite(data, definition) : Elsewhere.Find(store, configuration, $"--store is {store}. Use {Sqlite}, {Elsewhere.Names}.").Open(definition);
}
