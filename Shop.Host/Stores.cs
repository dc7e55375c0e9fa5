using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Messaging;

namespace Shop.Host;

/// <summary>The stores of all services, for commands that work on them while no service runs.</summary>
internal static class Stores
{
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgres";

    public static IReadOnlyList<StoreDefinition> All => ShopStores.All;

    public static string FileOf(string data, StoreDefinition definition) => Path.Combine(data, definition.Name + ".db");

    /// <exception cref="StartException">There is no such file.</exception>
    public static IStorageEngine OpenSqlite(string data, StoreDefinition definition)
    {
        var file = FileOf(data, definition);
        return File.Exists(file)
            ? new SqliteEngine(file, definition.Tables)
            : throw new StartException($"{file} does not exist. Name the folder of a shop that has run with --data.");
    }

    /// <exception cref="StartException">Its connection string is missing or cannot be understood.</exception>
    public static IStorageEngine OpenPostgreSql(IConfiguration configuration, StoreDefinition definition)
    {
        try
        {
            return new PostgreSqlEngine(ConnectionString(configuration, definition.Name), definition.Tables);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new StartException($"ConnectionStrings__{definition.Name} cannot be understood: {error.Message}", error);
        }
    }

    /// <exception cref="StartException">It is missing.</exception>
    public static string ConnectionString(IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } given
            ? given
            : throw new StartException(
                $"ConnectionStrings__{name} is not set: it names the PostgreSQL database of {name}, "
                + $"such as Host=localhost;Port=5432;Database=shop_{name};Username=shop_{name};Password=…");
}
