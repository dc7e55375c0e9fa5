using System.Globalization;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>Which store is moved.</summary>
/// <param name="SqliteFile">Nobody may use it meanwhile; it is brought to the present schema, and else not changed.</param>
/// <param name="Tables">The service's read-model tables.</param>
/// <param name="SqliteScripts">The service's own scripts, as for <see cref="IStorageEngine.InitializeAsync"/>.</param>
/// <param name="TargetScripts">The same for the engine that it is moved to.</param>
public sealed record StoreMove(
    string Name, string SqliteFile, IReadOnlyList<Table> Tables, IReadOnlyList<SchemaScript> SqliteScripts, IReadOnlyList<SchemaScript> TargetScripts);

/// <param name="Head">Position of the last event.</param>
/// <param name="ResumedAfter">Position up to which an earlier run had come; 0 for none.</param>
/// <param name="WasDone">An earlier run had finished; nothing was done now.</param>
public sealed record MovedStore(string Name, long Head, long ResumedAfter, bool WasDone, IReadOnlyList<MovedStoreTable> Tables);

public sealed record MovedStoreTable(string Name, TableDigest Digest);

/// <summary>
/// Moves one store from a SQLite file to a database of another engine, every table of it: events with positions, versions and ids, inbox,
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
    private readonly TimeProvider clock;

    private StoreMigration(
        StoreMove move, StoreSource source, MigrationTarget target, IReadOnlyList<MovedTable> tables, MigrationRecord? record, TimeProvider clock)
    {
        this.move = move;
        this.source = source;
        this.target = target;
        this.tables = tables;
        this.record = record;
        this.clock = clock;
    }

    /// <summary>Opens both databases, brings their schemas up to date, and makes sure that the one can be moved to the other.</summary>
    /// <param name="target">Empty, or half moved to from this very store. Closed with the migration.</param>
    /// <exception cref="MigrationException">It cannot; the message says what to do. Nothing was moved.</exception>
    public static async Task<StoreMigration> OpenAsync(StoreMove move, MigrationTarget target, TimeProvider clock, CancellationToken cancellationToken)
    {
        StoreSource? source = null;
        try
        {
            if (!File.Exists(move.SqliteFile))
                throw new MigrationException($"{move.SqliteFile} does not exist. Name the folder of a shop that has run with --data.");
            await using (var sqlite = new SqliteEngine(move.SqliteFile, move.Tables))
                await sqlite.InitializeAsync(move.SqliteScripts, cancellationToken);
            await target.PrepareAsync(move.Tables, move.TargetScripts, cancellationToken);
            source = new StoreSource(move.SqliteFile);
            await target.OpenAsync(cancellationToken);
            var tables = await MatchedTables.FindAsync(source, target, cancellationToken);
            var record = await target.FindRecordAsync(cancellationToken);
            Check(record, source, target);
            if (record is null)
                await target.BeginAsync(source.Id, move.SqliteFile, tables, clock.GetUtcNow(), cancellationToken);
            return new(move, source, target, tables, record, clock);
        }
        catch
        {
            source?.Dispose();
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
                $"Table {table.Name} of {target.Location} is not what {move.SqliteFile} holds: {found} instead of {expected}. Somebody changed one of them between two runs. Give an empty database and start again.");
    }

    private static void Check(MigrationRecord? record, StoreSource source, MigrationTarget target)
    {
        if (record is null)
            return;
        if (record.SourceId != source.Id)
        {
            throw new MigrationException(
                $"{target.Location} holds what was moved from {record.Source}, which is another store. Give an empty database: drop and create it, {target.NewDatabase}.");
        }

        if (record.FinishedAt is not null && record.Position != source.Head)
        {
            throw new MigrationException(
                $"{target.Location} was moved from here on {record.WhenFinished}, up to position {record.Position}; since then the source has gone on to {source.Head}. They are two shops now: keep one, or give an empty database.");
        }
    }
}
