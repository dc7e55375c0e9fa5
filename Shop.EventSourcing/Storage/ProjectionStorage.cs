namespace Shop.EventSourcing.Storage;

/// <summary>What a database remembers of its projections beside rows and checkpoints, and how their generations are exchanged.</summary>
public abstract class ProjectionStorage
{
    private const string SkipsSql = """
        SELECT name, generation, position, event, error, skipped_by, reason, skipped_at
        FROM projection_skips
        WHERE name = $1
        ORDER BY generation DESC, position DESC
        """;

    protected internal abstract SqlDialect Dialect { get; }

    private string ReadSql => $"""
        SELECT p.name, p.slot, p.generation, coalesce(c.position, 0), p.began_at, p.goal, p.paused_at, p.paused_by, p.paused_why,
               p.error, p.error_position, p.error_event, p.error_at
        FROM projections p
        LEFT JOIN checkpoints c ON c.projection = p.name {Dialect.Concatenate} CASE p.slot WHEN 'live' THEN '' ELSE '#' {Dialect.Concatenate} p.slot END
        """;

    /// <summary>All generations of which something is noted.</summary>
    public async Task<IReadOnlyList<ProjectionState>> ReadAsync(CancellationToken cancellationToken) =>
        await SnapshotAsync(sql => ReadStatesAsync(sql), cancellationToken);

    /// <summary>The events that were passed over deliberately, newest first.</summary>
    public Task<List<SkippedEvent>> ReadSkipsAsync(string projection, CancellationToken cancellationToken) => SnapshotAsync(async sql =>
    {
        var skips = new List<SkippedEvent>();
        await sql.QueryAsync(SkipsSql, row => skips.Add(new(
            row.Text(0)!, row.Number(1)!.Value, row.Number(2)!.Value, row.Text(3)!, row.Text(4)!, row.Text(5)!, row.Text(6)!, row.Instant(7)!.Value)), projection);
        return skips;
    }, cancellationToken);

    /// <summary>
    /// Changes generations in one transaction. Before anything else the leases of those named are taken away: whoever works on one
    /// of them writes nothing more, and looks again.
    /// </summary>
    /// <param name="change">What it throws undoes everything.</param>
    internal Task<T> ChangeAsync<T>(
        string projection, IReadOnlyList<ProjectionSlot> fenced, Func<ProjectionChange, Task<T>> change, CancellationToken cancellationToken) =>
        WriteAsync(async sql =>
        {
            foreach (var slot in fenced)
                await FenceAsync(sql, slot.Lease(projection));
            return await change(new(this, sql, projection));
        }, cancellationToken);

    /// <summary>Writes down something about a generation while its lease is held.</summary>
    /// <returns>False, and nothing written, when the lease was lost.</returns>
    internal Task<bool> NoteAsync(string projection, Lease lease, Func<ProjectionChange, Task> note, CancellationToken cancellationToken) =>
        WriteAsync(async sql =>
        {
            if (!await HoldsAsync(sql, lease))
                return false;
            await note(new(this, sql, projection));
            return true;
        }, cancellationToken);

    internal async Task<List<ProjectionState>> ReadStatesAsync(ISql sql)
    {
        var states = new List<ProjectionState>();
        await sql.QueryAsync(ReadSql, row => states.Add(new(
            row.Text(0)!, ProjectionSlots.Parse(row.Text(1)!), row.Number(2)!.Value, row.Number(3)!.Value, row.Instant(4), row.Number(5)!.Value,
            row.Instant(6) is { } pausedAt ? new(pausedAt, row.Text(7)!, row.Text(8)) : null,
            row.Text(9) is { } error ? new(row.Number(10)!.Value, row.Text(11)!, error, row.Instant(12)!.Value) : null)));
        return states;
    }

    /// <summary>Reads with one view of the database, however long it takes.</summary>
    protected internal abstract Task<T> SnapshotAsync<T>(Func<ISql, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>One transaction; undone by an exception.</summary>
    protected internal abstract Task<T> WriteAsync<T>(Func<ISql, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Takes a lease away from whoever has it.</summary>
    protected internal abstract Task FenceAsync(ISql sql, string lease);

    /// <summary>Whether a lease is still held; it stays so until the transaction ends.</summary>
    protected internal abstract Task<bool> HoldsAsync(ISql sql, Lease lease);

    /// <summary>Lets nobody append until the transaction ends.</summary>
    /// <returns>Where the log stands.</returns>
    protected internal abstract Task<long> LockLogAsync(ISql sql);

    /// <summary>Creates an empty table with the columns, constraints and indexes of another one.</summary>
    protected internal abstract Task CopyTableAsync(ISql sql, string from, string to, long generation);

    protected internal virtual Task RenameTableAsync(ISql sql, string from, string to) => sql.ExecuteAsync($"ALTER TABLE \"{from}\" RENAME TO \"{to}\"");

    /// <summary>Sets a checkpoint, whether or not there is one of that name.</summary>
    protected internal virtual Task SetCheckpointAsync(ISql sql, string checkpoint, long position) => sql.ExecuteAsync(
        "INSERT INTO checkpoints (projection, position) VALUES ($1, $2) ON CONFLICT (projection) DO UPDATE SET position = excluded.position", checkpoint, position);

    protected internal abstract Task WriteRowsAsync(ISql sql, IReadOnlyList<RowWrite> rows);
}
