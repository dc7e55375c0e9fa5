using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.Messaging;

/// <summary>Chooses the database of a store by configuration: <c>Shop:Store</c>, <c>Shop:Data</c>, <c>ConnectionStrings</c>.</summary>
public static class StoreEngines
{
    private const string Sqlite = "Sqlite";
    private const string PostgreSql = "PostgreSql";

    /// <param name="environment">Whose credentials are checked in Production; null: of nobody, as for a person at the command line.</param>
    /// <exception cref="StartupException">A setting is missing, cannot be understood, or is not for Production.</exception>
    public static IStorageEngine Create(IConfiguration configuration, StoreDefinition definition, IHostEnvironment? environment)
    {
        if (Kind(configuration) == PostgreSql)
            return CreatePostgreSql(configuration, definition, environment);
        if (FindPackage(configuration) is { } package)
            return package.Create(configuration, definition, environment);

        Folder(configuration);
        var path = FileOf(configuration, definition);
        return Archive(configuration, definition) is { } archive
            ? new SqliteEngine(path, definition.Tables) { Segments = archive }
            : new SqliteEngine(path, definition.Tables);
    }

    /// <returns>Null: it is a database of the default build.</returns>
    /// <exception cref="StartupException">The program was built without the package that the setting names.</exception>
    public static IStorePackage? FindPackage(IConfiguration configuration) => Kind(configuration) is var kind && kind is Sqlite or PostgreSql
        ? null
        : Integration.Load<IStorePackage>("Shop:Store", kind, $"Shop.EventSourcing.{kind}", $"{Sqlite} or {PostgreSql}");

    /// <summary>The file of an embedded store.</summary>
    public static string FileOf(IConfiguration configuration, StoreDefinition definition) => Path.Combine(DataFolder(configuration), definition.Name + ".db");

    internal static string DataFolder(IConfiguration configuration) => configuration["Shop:Data"] ?? "data";

    /// <summary>The service's own scripts for that database.</summary>
    public static IReadOnlyList<SchemaScript> Scripts(IConfiguration configuration, StoreDefinition definition) =>
        SchemaScript.FromAssembly(definition.Schema, Kind(configuration));

    /// <summary>True when the stores are files of one process.</summary>
    public static bool IsEmbedded(IConfiguration configuration) => Kind(configuration) == Sqlite;

    /// <summary>The folder of the embedded stores, created when it is missing.</summary>
    public static string Folder(IConfiguration configuration)
    {
        var folder = DataFolder(configuration);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>The connection string of a store's PostgreSQL database.</summary>
    /// <param name="environment">Whose credentials are checked in Production; null: of nobody.</param>
    /// <exception cref="StartupException">It is missing, cannot be understood, or is not for Production.</exception>
    public static string PostgreSqlConnectionString(IConfiguration configuration, StoreDefinition definition, IHostEnvironment? environment)
    {
        var connectionString = configuration.GetConnectionString(definition.Name);
        var setting = $"ConnectionStrings:{definition.Name}";
        var example = $"Host=localhost;Port=5432;Database=shop_{definition.Name};Username=shop_{definition.Name};Password=…";
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new StartupException($"Setting {setting} is missing: it names the PostgreSQL database of {definition.Name}, such as {example}");
        try
        {
            if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host))
                throw new StartupException($"Setting {setting} names no Host. Give one such as {example}");
            Credentials.RefuseInProduction(environment, setting, Credentials.DatabaseProblem(connectionString));
            return connectionString;
        }
        catch (Exception error) when (error is not StartupException)
        {
            throw new StartupException($"Setting {setting} is not an Npgsql connection string: {error.Message} Give one such as {example}", error);
        }
    }

    private static PostgreSqlEngine CreatePostgreSql(IConfiguration configuration, StoreDefinition definition, IHostEnvironment? environment) =>
        new(PostgreSqlConnectionString(configuration, definition, environment), definition.Tables)
        {
            WriterClaim = MessagingOptions.Read(configuration).ClaimDuration,
            Segments = Archive(configuration, definition),
        };

    /// <summary>The store's folder of the archive, <c>Shop:Archive:Path</c>; null when none is configured.</summary>
    public static SegmentFolder? Archive(IConfiguration configuration, StoreDefinition definition) =>
        configuration["Shop:Archive:Path"] is { Length: > 0 } archive ? new(Path.Combine(archive, definition.Name)) : null;

    /// <summary>What <c>Shop:Store</c> says: the name of the folder with a service's scripts.</summary>
    public static string Kind(IConfiguration configuration) => (configuration["Shop:Store"] ?? "Sqlite").ToUpperInvariant() switch
    {
        "SQLITE" => Sqlite,
        "POSTGRESQL" => PostgreSql,
        _ => configuration["Shop:Store"]!,
    };
}
