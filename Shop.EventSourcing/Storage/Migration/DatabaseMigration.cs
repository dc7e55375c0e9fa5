namespace Shop.EventSourcing.Storage.Migration;

/// <summary>Which database is moved.</summary>
/// <param name="SqliteFile">Nobody may use it meanwhile; it is not changed.</param>
public sealed record DatabaseMove(string Name, string SqliteFile);

/// <param name="WasDone">An earlier run had moved it; nothing was done now.</param>
public sealed record MovedDatabase(string Name, bool WasDone, IReadOnlyList<MovedStoreTable> Tables);

/// <summary>
/// Moves a database that is no event store from a SQLite file to another engine: every row of every table with its ids, in one
/// transaction, compared before it is committed. Killed at any point, it has moved everything or nothing; run again, it knows which.
/// </summary>
public sealed class DatabaseMigration : IAsyncDisposable
{
    private readonly DatabaseMove move;
    private readonly MigrationSource source;
    private readonly MigrationTarget target;
    private readonly IReadOnlyList<MovedTable> tables;
    private readonly bool wasDone;
    private readonly TimeProvider clock;

    private DatabaseMigration(DatabaseMove move, MigrationSource source, MigrationTarget target, IReadOnlyList<MovedTable> tables, bool wasDone, TimeProvider clock)
    {
        this.move = move;
        this.source = source;
        this.target = target;
        this.tables = tables;
        this.wasDone = wasDone;
        this.clock = clock;
    }

    /// <summary>Opens both databases, and makes sure that the one can be moved to the other.</summary>
    /// <param name="target">It has the same tables already, and they are empty. Closed with the migration.</param>
    /// <exception cref="MigrationException">It cannot; the message says what to do. Nothing was moved.</exception>
    public static async Task<DatabaseMigration> OpenAsync(DatabaseMove move, MigrationTarget target, TimeProvider clock, CancellationToken cancellationToken)
    {
        var source = new MigrationSource(move.SqliteFile);
        try
        {
            await target.OpenAsync(cancellationToken);
            var tables = await MatchedTables.FindAsync(source, target, cancellationToken);
            var record = await target.FindMovedWholeAsync(cancellationToken);
            if (record is null)
                await target.RefuseFullAsync(tables, cancellationToken);
            else if (record.Digest != DigestOf(source, tables))
                throw new MigrationException($"{target.Location} was moved from {record.Source} on {record.When}; {move.SqliteFile} holds something else now. They are two shops: keep one, or give an empty database.");
            return new(move, source, target, tables, record is not null, clock);
        }
        catch
        {
            source.Dispose();
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves everything, unless it is there already, and compares it.</summary>
    /// <exception cref="MigrationException">Somebody has written to the target meanwhile, or what arrived is not what was sent. Nothing was moved.</exception>
    public async Task<MovedDatabase> RunAsync(CancellationToken cancellationToken = default) => wasDone
        ? new(move.Name, WasDone: true, [])
        : new(move.Name, WasDone: false, await target.MoveWholeAsync(tables, source, new(move.SqliteFile, DigestOf(source, tables), clock.GetUtcNow()), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        source.Dispose();
        await target.DisposeAsync();
    }

    private static string DigestOf(MigrationSource source, IReadOnlyList<MovedTable> tables) =>
        string.Join("; ", tables.Select(table => $"{table.Name} {TableDigest.Of(source.Read(table))}"));
}
