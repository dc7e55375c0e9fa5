using Microsoft.Extensions.Configuration;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.Messaging;

/// <summary>Chooses the database of a store by configuration: <c>Shop:Store</c>, <c>Shop:Data</c>, <c>ConnectionStrings</c>.</summary>
internal static class StoreEngines
{
    public static IStorageEngine Create(IConfiguration configuration, StoreDefinition definition)
    {
        if (Kind(configuration) == "PostgreSql")
        {
            var connectionString = configuration.GetConnectionString(definition.Name)
                ?? throw new InvalidOperationException($"Setting ConnectionStrings:{definition.Name} is missing: it names the PostgreSQL database of {definition.Name}.");
            var messaging = configuration.GetSection(MessagingOptions.Section).Get<MessagingOptions>() ?? new();
            return new PostgreSqlEngine(connectionString, definition.Tables) { WriterClaim = messaging.ClaimDuration };
        }

        var folder = configuration["Shop:Data"] ?? "data";
        Directory.CreateDirectory(folder);
        return new SqliteEngine(Path.Combine(folder, definition.Name + ".db"), definition.Tables);
    }

    public static IReadOnlyList<SchemaScript> Scripts(IConfiguration configuration, StoreDefinition definition) =>
        SchemaScript.FromAssembly(definition.Schema, Kind(configuration));

    private static string Kind(IConfiguration configuration) => (configuration["Shop:Store"] ?? "Sqlite").ToUpperInvariant() switch
    {
        "SQLITE" => "Sqlite",
        "POSTGRESQL" => "PostgreSql",
        var other => throw new InvalidOperationException($"Setting Shop:Store is '{other}'. Use Sqlite or PostgreSql."),
    };
}
