using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.Messaging;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Keeps stores, accounts and jobs in SQL Server: <c>Shop:Store</c> = <c>SqlServer</c>.</summary>
public sealed class SqlServerPackage : IStorePackage
{
    private const string Administrator = "sa";

    public IStorageEngine Create(IConfiguration configuration, StoreDefinition definition, IHostEnvironment? environment) =>
        new SqlServerEngine(ConnectionString(configuration, definition.Name, environment), definition.Tables)
        {
            WriterClaim = MessagingOptions.Read(configuration).ClaimDuration,
            Segments = StoreEngines.Archive(configuration, definition),
        };

    public IPlainEngine CreatePlain(IConfiguration configuration, string name, IHostEnvironment? environment) =>
        new SqlServerPlainEngine(ConnectionString(configuration, name, environment));

    public MigrationTarget CreateTarget(IConfiguration configuration, string name) =>
        new SqlServerMigrationTarget(ConnectionString(configuration, name, environment: null));

    private static string ConnectionString(IConfiguration configuration, string store, IHostEnvironment? environment)
    {
        var setting = $"ConnectionStrings:{store}";
        var example = $"Server=localhost;Database=shop_{store};User ID=shop_{store};Password=…";
        if (configuration.GetConnectionString(store) is not { } given || string.IsNullOrWhiteSpace(given))
            throw new StartupException($"Setting {setting} is missing: it names the SQL Server database of {store}, such as {example}");
        try
        {
            var settings = new SqlConnectionStringBuilder(given);
            if (settings.DataSource.Length == 0 || settings.InitialCatalog.Length == 0)
                throw new StartupException($"Setting {setting} names no Server or no Database. Give one such as {example}");
            Credentials.RefuseInProduction(environment, setting, Credentials.UserProblem(settings.UserID, settings.Password, Administrator));
            return given;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new StartupException($"Setting {setting} is not a connection string of SQL Server: {error.Message} Give one such as {example}", error);
        }
    }
}
