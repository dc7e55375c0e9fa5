using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Storefront.Accounts;

/// <summary>Where the accounts are: <c>accounts.db</c> in the data folder, or the PostgreSQL database of <c>ConnectionStrings:accounts</c>.</summary>
internal static class AccountsDatabase
{
    public const string Name = "accounts";
    private const string Setting = $"ConnectionStrings:{Name}";
    private const string Example = "Host=localhost;Port=5432;Database=shop_accounts;Username=shop_accounts;Password=…";

    // Any number that nothing else in this database locks.
    private const long UpgradeLock = 0x4163636f;

    public static void Configure(DbContextOptionsBuilder options, IConfiguration configuration, IHostEnvironment environment)
    {
        if (StoreEngines.IsEmbedded(configuration))
            options.UseSqlite(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = Path.Combine(StoreEngines.Folder(configuration), Name + ".db") }.ToString());
        else
            options.UseNpgsql(ConnectionString(configuration, environment));
    }

    /// <summary>Applies the numbered scripts, each once, while no other replica can.</summary>
    public static async Task UpgradeAsync(AccountsContext accounts, IConfiguration configuration, CancellationToken cancellationToken)
    {
        var isEmbedded = StoreEngines.IsEmbedded(configuration);
        var database = accounts.Database;
        await database.OpenConnectionAsync(cancellationToken);
        if (isEmbedded)
            await database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
        // In SQLite it takes the lock of all writers at once.
        await using var transaction = await database.BeginTransactionAsync(cancellationToken);
        if (!isEmbedded)
            await database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({UpgradeLock})", cancellationToken);
        await database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS schema_scripts (name text NOT NULL PRIMARY KEY)", cancellationToken);
        foreach (var (name, sql) in SchemaScript.FromAssembly(typeof(AccountsDatabase).Assembly, isEmbedded ? "Sqlite" : "PostgreSql"))
        {
            if (await database.ExecuteSqlAsync($"INSERT INTO schema_scripts (name) VALUES ({name}) ON CONFLICT DO NOTHING", cancellationToken) > 0)
                await database.ExecuteSqlRawAsync(sql, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <exception cref="StartupException">It is missing, cannot be understood, or is not for Production.</exception>
    private static string ConnectionString(IConfiguration configuration, IHostEnvironment environment)
    {
        var given = configuration.GetConnectionString(Name);
        if (string.IsNullOrWhiteSpace(given))
            throw new StartupException($"Setting {Setting} is missing: it names the PostgreSQL database of the accounts, such as {Example}");
        try
        {
            if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(given).Host))
                throw new StartupException($"Setting {Setting} names no Host. Give one such as {Example}");
            Credentials.RefuseInProduction(environment, Setting, Credentials.DatabaseProblem(given));
            return given;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new StartupException($"Setting {Setting} is not an Npgsql connection string: {error.Message} Give one such as {Example}", error);
        }
    }
}
