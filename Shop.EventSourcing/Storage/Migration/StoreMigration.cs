using System.Globalization;
using Npgsql;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>Which store is moved from where to where.</summary>
/// <param name="SqliteFile">Nobody may use it meanwhile; it is brought to the present schema, and else not changed.</param>
/// <param name="ConnectionString">Npgsql's, of an empty database or of one that this very store was half moved to.</param>
/// <param name="Tables">The service's read-model tables.</param>
/// <param name="SqliteScripts">The service's own scripts, as for <see cref="IStorageEngine.InitializeAsync"/>.</param>
/// <param name="PostgreSqlScripts">The same for PostgreSQL.</param>
public sealed record StoreMove(
    string Name, string SqliteFile, string ConnectionString, IReadOnlyList<Table> Tables, IReadOnlyList<SchemaScript> SqliteScripts,
    IReadOnlyList<SchemaScript> PostgreSqlScripts);

/// <param name="Head">Position of the last event.</param>
/// <param name="ResumedAfter">Position up to which an earlier run had come; 0 for none.</param>
/// <param name="WasDone">An earlier run had finished; nothing was done now.</param>
public sealed record MovedStore(string Name, long Head, long ResumedAfter, bool WasDone, IReadOnlyList<MovedStoreTable> Tables);

public sealed record MovedStoreTable(string Name, TableDigest Digest);

/// <summary>
/// Moves one store from a SQLite file to a PostgreSQL database, every table of it: events with positions, versions and ids, inbox,
/// outbox, parked messages, snapshots, checkpoints, read models, and whatever else both schemas have. It may be killed at any point
/// and run again: events are added in batches, each with the log's head in one transaction; every other table is replaced in one.
/// In the end each table is read from both databases and compared.
/// </summary>
public sealed class StoreMigration : IAsyncDisposable
{
    private const int EventsPerTransaction = 5_000;
    private const string Events = "events";

    private readonly StoreMove move;
    private readonly StoreSource source;
    private readonly MigrationTarget target;
    private readonly IReadOnlyList<MovedTable> tables;
    private readonly MigrationRecord? record;
    private readonly string location;
    private readonly TimeProvider clock;

    private StoreMigration(
        StoreMove move, StoreSource source, MigrationTarget target, IReadOnlyList<MovedTable> tables, MigrationRecord? record, string location, TimeProvider clock)
    {
        this.move = move;
        this.source = source;
        this.target = target;
        this.tables = tables;
        this.record = record;
        this.location = location;
        this.clock = clock;
    }

    /// <summary>Opens both databases, brings their schemas up to date, and makes sure that the one can be moved to the other.</summary>
    /// <exception cref="MigrationException">It cannot; the message says what to do. Nothing was moved.</exception>
    public static async Task<StoreMigration> OpenAsync(StoreMove move, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!File.Exists(move.SqliteFile))
            throw new MigrationException($"{move.SqliteFile} does not exist. Name the folder of a shop that has run with --data.");
        await using (var sqlite = new SqliteEngine(move.SqliteFile, move.Tables))
            await sqlite.InitializeAsync(move.SqliteScripts, cancellationToken);
        var location = await PrepareAsync(move, cancellationToken);

        var source = new StoreSource(move.SqliteFile);
        MigrationTarget? target = null;
        try
        {
            target = await MigrationTarget.OpenAsync(move.ConnectionString, location, cancellationToken);
            var tables = await MatchedTables.FindAsync(source, target, location, cancellationToken);
            var record = await target.FindRecordAsync(cancellationToken);
            Check(record, source, location);
            if (record is null)
                await target.BeginAsync(source.Id, move.SqliteFile, tables, clock.GetUtcNow(), cancellationToken);
            return new(move, source, target, tables, record, location, clock);
        }
        catch
        {
            source.Dispose();
            if (target is not null)
                await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves what is not moved yet, and compares everything.</summary>
    /// <param name="progress">Is told the position of the last event moved and of the last one of the source.</param>
    /// <exception cref="MigrationException">What was moved is not what the source holds.</exception>
    public async Task<MovedStore> RunAsync(IProgress<(long Moved, long Head)>? progress = null, CancellationToken cancellationToken = default)
    {
        if (record?.FinishedAt is not null)
            return new(move.Name, source.Head, source.Head, WasDone: true, []);
        var resumedAfter = await target.HeadAsync(cancellationToken);
        await MoveEventsAsync(resumedAfter, progress, cancellationToken);
        foreach (var table in tables.Where(table => table.Name != Events))
            await target.ReplaceAsync(table, source.Read(table), cancellationToken);

        var moved = new List<MovedStoreTable>();
        foreach (var table in tables)
            moved.Add(new(table.Name, await CompareAsync(table, cancellationToken)));
        await target.FinishAsync(source.Head, clock.GetUtcNow(), cancellationToken);
        return new(move.Name, source.Head, resumedAfter, WasDone: false, moved);
    }

    public async ValueTask DisposeAsync()
    {
        source.Dispose();
        await target.DisposeAsync();
    }

    private async Task MoveEventsAsync(long from, IProgress<(long Moved, long Head)>? progress, CancellationToken cancellationToken)
    {
        var events = tables.Single(table => table.Name == Events);
        for (var head = from; head < source.Head;)
        {
            var to = Math.Min(head + EventsPerTransaction, source.Head);
            var rows = source.Read(events, string.Create(CultureInfo.InvariantCulture, $"WHERE position > {head} AND position <= {to} ORDER BY position"));
            await target.AddEventsAsync(events, rows, head, to, cancellationToken);
            head = to;
            progress?.Report((head, source.Head));
        }
    }

    private async Task<TableDigest> CompareAsync(MovedTable table, CancellationToken cancellationToken)
    {
        var expected = TableDigest.Of(source.Read(table));
        var found = await target.DigestAsync(table, cancellationToken);
        return found == expected
            ? found
            : throw new MigrationException(
                $"Table {table.Name} of {location} is not what {move.SqliteFile} holds: {found} instead of {expected}. Somebody changed one of them between two runs. Give an empty database and start again.");
    }

    /// <summary>Creates or upgrades the target's schema.</summary>
    private static async Task<string> PrepareAsync(StoreMove move, CancellationToken cancellationToken)
    {
        PostgreSqlEngine? engine = null;
        try
        {
            engine = new(move.ConnectionString, move.Tables) { IsBeingMigrated = true };
            await engine.InitializeAsync(move.PostgreSqlScripts, cancellationToken);
            return engine.Location;
        }
        catch (Exception error) when (error is NpgsqlException or ArgumentException or FormatException)
        {
            throw new MigrationException(
                engine is null
                    ? $"The connection string of {move.Name} cannot be understood: {error.Message}"
                    : $"{engine.Location} cannot be used: {engine.Explain(error).Reason}",
                error);
        }
        finally
        {
            if (engine is not null)
                await engine.DisposeAsync();
        }
    }

    private static void Check(MigrationRecord? record, StoreSource source, string location)
    {
        if (record is null)
            return;
        if (record.SourceId != source.Id)
        {
            throw new MigrationException(
                $"{location} holds what was moved from {record.Source}, which is another store. Give an empty database: drop and create it, such as with deploy/postgres/databases.sql.");
        }

        if (record.FinishedAt is not null && record.Position != source.Head)
        {
            throw new MigrationException(
                $"{location} was moved from here on {record.WhenFinished}, up to position {record.Position}; since then the source has gone on to {source.Head}. They are two shops now: keep one, or give an empty database.");
        }
    }
}
