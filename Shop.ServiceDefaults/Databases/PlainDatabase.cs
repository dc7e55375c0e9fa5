using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.ServiceDefaults.Databases;

/// <summary>
/// A database of a service that is no event store: <c>{name}.db</c> in the data folder, or the database of
/// <c>ConnectionStrings:{name}</c>, as <c>Shop:Store</c> says. Its tables are made by numbered scripts that the service has embedded
/// under <c>Schema/Sqlite</c>, <c>Schema/PostgreSql</c>, or the name of a package's database.
/// </summary>
/// <param name="environment">Whose credentials are checked in Production; null: of nobody, as for a person at the command line.</param>
public sealed partial class PlainDatabase(string name, IConfiguration configuration, IHostEnvironment? environment)
{
    private const string PatienceSetting = "Shop:Startup:WaitSeconds";
    private const int DefaultPatienceSeconds = 60;

    // Until the transaction ends. Any number that nothing else in the database locks.
    private const string TakeLock = "SELECT pg_advisory_xact_lock(345415706990)";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lazy<IPlainEngine?> package = new(() => StoreEngines.FindPackage(configuration)?.CreatePlain(configuration, name, environment));

    public string Name => name;

    /// <summary>True for a file that only this process opens.</summary>
    public bool IsEmbedded => StoreEngines.IsEmbedded(configuration);

    /// <summary>Of another database than SQLite and PostgreSQL; null for those.</summary>
    private IPlainEngine? Package => package.Value;

    private string Setting => $"ConnectionStrings:{name}";

    private string Example => $"Host=localhost;Port=5432;Database=shop_{name};Username=shop_{name};Password=…";

    /// <summary>For the database that <c>Shop:Store</c> names.</summary>
    /// <exception cref="StartupException">It is missing, cannot be understood, or is not for Production.</exception>
    public string ConnectionString =>
        IsEmbedded ? $"Data Source={Path.Combine(StoreEngines.Folder(configuration), name + ".db")}" : Package?.ConnectionString ?? PostgreSql();

    /// <summary>A new, closed connection.</summary>
    /// <param name="pooled">False: what is set on it goes with it.</param>
    public DbConnection Connect(bool pooled = true) => IsEmbedded
        ? new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = pooled }.ConnectionString)
        : Package?.Connect(pooled) ?? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = pooled }.ConnectionString);

    /// <summary>Has EF Core use it.</summary>
    public void Use(DbContextOptionsBuilder options)
    {
        if (IsEmbedded)
            options.UseSqlite(ConnectionString);
        else if (Package is { } engine)
            engine.Use(options);
        else
            options.UseNpgsql(ConnectionString);
    }

    /// <summary>Has a package's database take what was deleted and overwritten out of its files.</summary>
    /// <returns>False: it is SQLite or PostgreSQL, where the caller knows best how.</returns>
    public async Task<bool> PurgePackageAsync(CancellationToken cancellationToken)
    {
        if (Package is not { } engine)
            return false;
        await engine.PurgeAsync(cancellationToken);
        return true;
    }

    /// <summary>Whether a failure means that a database may be there again in a moment.</summary>
    public static bool IsAway(Exception? error) => error is TimeoutException || StorageFailure.IsTransient(error);

    /// <summary>
    /// Waits for the database as long as services wait for theirs, applies what it lacks of the scripts, each once, and does what must be
    /// done before anything else starts; both while no other replica can; on a package's database only the scripts are protected so.
    /// </summary>
    /// <param name="scripts">Where they are embedded.</param>
    /// <exception cref="StartupException">The database cannot be used.</exception>
    public async Task OpenAsync(
        Assembly scripts, Func<CancellationToken, Task> prepare, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromSeconds(configuration.GetValue(PatienceSetting, DefaultPatienceSeconds));
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await UpgradeAsync(SchemaScript.FromAssembly(scripts, StoreEngines.Kind(configuration)), cancellationToken);
                await PrepareAloneAsync(prepare, cancellationToken);
                return;
            }
            catch (Exception error) when (error is DbException || IsAway(error))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var reason = error.GetBaseException().Message;
                var waited = clock.GetElapsedTime(started);
                if (!IsAway(error) || waited >= patience)
                    throw new StartupException($"Database {name} cannot be opened: {reason} Gave up after {waited.TotalSeconds:0} s; see the settings {Setting} and {PatienceSetting}.", error);
                LogWaiting(logger, name, reason, (patience - waited).TotalSeconds);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private async Task UpgradeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        if (Package is { } engine)
        {
            await engine.UpgradeAsync(scripts, cancellationToken);
            return;
        }

        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        if (IsEmbedded)
            await RunAsync(connection, "PRAGMA journal_mode = WAL", cancellationToken);
        // In SQLite it takes the lock of all writers at once.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!IsEmbedded)
            await RunAsync(connection, TakeLock, cancellationToken, transaction);
        await RunAsync(connection, "CREATE TABLE IF NOT EXISTS schema_scripts (name text NOT NULL PRIMARY KEY)", cancellationToken, transaction);
        foreach (var script in scripts)
        {
            await using var add = connection.CreateCommand();
            add.CommandText = "INSERT INTO schema_scripts (name) VALUES (@name) ON CONFLICT DO NOTHING";
            var named = add.CreateParameter();
            (named.ParameterName, named.Value) = ("name", script.Name);
            add.Parameters.Add(named);
            add.Transaction = transaction;
            if (await add.ExecuteNonQueryAsync(cancellationToken) > 0)
                await RunAsync(connection, script.Sql, cancellationToken, transaction);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task PrepareAloneAsync(Func<CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        // A file has one process.
        if (IsEmbedded || Package is not null)
        {
            await prepare(cancellationToken);
            return;
        }

        // What is prepared has connections of its own, from a pool that may be small.
        await using var connection = Connect(pooled: false);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, TakeLock, cancellationToken, transaction);
        await prepare(cancellationToken);
    }

    private static async Task RunAsync(DbConnection connection, string sql, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string PostgreSql()
    {
        var given = configuration.GetConnectionString(name);
        if (string.IsNullOrWhiteSpace(given))
            throw new StartupException($"Setting {Setting} is missing: it names the PostgreSQL database of the {name}, such as {Example}");
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for database {Name}: {Reason} Up to {LeftSeconds:0} s more.")]
    private static partial void LogWaiting(ILogger logger, string name, string reason, double leftSeconds);
}
