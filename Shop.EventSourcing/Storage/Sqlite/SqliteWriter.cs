using Microsoft.Data.Sqlite;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>The one connection that writes: commits groups of write sets. Used by one thread at a time.</summary>
internal sealed partial class SqliteWriter : IDisposable
{
    // The WAL is moved into the file every 32 MB and cut back to 64 MB after a peak. Pages that are written anyway keep nothing of
    // deleted rows.
    private const string Settings = """
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 8000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA secure_delete = FAST;
        PRAGMA cache_size = -32000;
        PRAGMA temp_store = MEMORY;
        """;

    /// <summary>How often the lease was taken away from its holder; no row: never.</summary>
    internal const string LeaseTokenSql = "SELECT token FROM leases WHERE name = ?1";
    internal const long FirstToken = 1;

    private readonly SqliteHandle database;
    private readonly SqliteLog log;
    private readonly SqliteMessages messages;
    private readonly Dictionary<Table, SqliteRows> rows;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement moveCheckpoint;
    private readonly SqliteStatement emptyWal;
    private readonly SqliteStatement leaseToken;

    /// <exception cref="SqliteException">A table is missing in the schema, or lacks a column or the key.</exception>
    public SqliteWriter(string path, IReadOnlyList<Table> tables)
    {
        database = new(path, readOnly: false);
        try
        {
            database.Execute(Settings);
            begin = database.Prepare("BEGIN IMMEDIATE");
            commit = database.Prepare("COMMIT");
            moveCheckpoint = database.Prepare(EmbeddedSql.Read("Sqlite", "move-checkpoint"));
            emptyWal = database.Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
            leaseToken = database.Prepare(LeaseTokenSql);
            log = new(database);
            messages = new(database);
            rows = tables.Append(Snapshot.Table).ToDictionary(table => table, table => new SqliteRows(database, table));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public WriteResult[] Commit(IReadOnlyList<WriteSet> group)
    {
        try
        {
            return InTransaction(() => ApplyAll(group, Apply));
        }
        catch (SqliteException refusal) when (refusal.SqliteErrorCode == SqliteNative.Constraint)
        {
            // Rare, so the usual path pays for no savepoints: once more, now such that only the guilty one is undone.
            return InTransaction(() => ApplyAll(group, ApplyAlone));
        }
    }

    public bool SaveProjection(string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> writes) => InTransaction(() =>
    {
        leaseToken.Bind(1, lease.Name);
        var token = leaseToken.Step() ? leaseToken.Int64(0) : 0;
        leaseToken.Reset();
        if (token + FirstToken != lease.Token)
            return false;
        moveCheckpoint.Bind(1, projection);
        moveCheckpoint.Bind(2, from);
        moveCheckpoint.Bind(3, to);
        moveCheckpoint.Run();
        if (database.Changes == 0)
            return false;
        Write(writes);
        return true;
    });

    public IReadOnlyList<OutboxMessage> ClaimOutbox(DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly) =>
        InTransaction(() => messages.Claim(now, claim, limit, scheduledOnly));

    public void ReleaseOutboxClaims(IReadOnlyCollection<Guid>? messageIds)
    {
        if (messageIds is null)
        {
            database.Execute("UPDATE outbox SET claimed_until = NULL WHERE claimed_until IS NOT NULL");
            return;
        }

        InTransaction(() =>
        {
            foreach (var id in messageIds)
                messages.Release(id);
            return true;
        });
    }

    public int CleanInbox(DateTimeOffset handledBefore, int limit) => InTransaction(() =>
    {
        messages.CleanInbox(handledBefore, limit);
        return database.Changes;
    });

    /// <summary>Moves the whole WAL into the file and cuts it to nothing.</summary>
    /// <returns>False when somebody who reads kept it from being done: commits wait meanwhile, so not for long.</returns>
    public bool EmptyWal()
    {
        database.Execute("PRAGMA busy_timeout = 2000");
        try
        {
            emptyWal.Step();
            return emptyWal.Int64(0) == 0;
        }
        finally
        {
            emptyWal.Reset();
            database.Execute($"PRAGMA busy_timeout = {SqliteHandle.BusyTimeoutMilliseconds}");
        }
    }

    public void Dispose() => database.Dispose();

    private WriteResult[] ApplyAll(IReadOnlyList<WriteSet> group, Func<WriteSet, (WriteOutcome Outcome, Exception? Error)> apply)
    {
        log.Refresh();
        var lost = new LostStreams();
        var results = new WriteResult[group.Count];
        for (var index = 0; index < results.Length; index++)
        {
            var set = group[index];
            var (outcome, error) = lost.AreTouchedBy(set) ? (WriteOutcome.Conflict, null) : apply(set);
            if (outcome != WriteOutcome.Committed)
                lost.Add(set);
            results[index] = new(outcome, log.Head, error);
        }

        return results;
    }

    private (WriteOutcome Outcome, Exception? Error) Apply(WriteSet set)
    {
        if (!log.Allows(set.Appends))
            return (WriteOutcome.Conflict, null);
        if (set.Inbox is { } entry && !messages.TryAddInbox(entry))
            return (WriteOutcome.Duplicate, null);
        log.Append(set.Appends);
        messages.Write(set);
        Write(set.Rows);
        return (WriteOutcome.Committed, null);
    }

    private (WriteOutcome Outcome, Exception? Error) ApplyAlone(WriteSet set)
    {
        database.Execute("SAVEPOINT write_set");
        try
        {
            var result = Apply(set);
            database.Execute("RELEASE write_set");
            return result;
        }
        catch (SqliteException refusal) when (refusal.SqliteErrorCode == SqliteNative.Constraint)
        {
            database.Execute("ROLLBACK TO write_set; RELEASE write_set");
            log.Forget();
            log.Refresh();
            return (WriteOutcome.Conflict, SqliteLog.IsStale(refusal) ? null : refusal);
        }
    }

    private void Write(IReadOnlyList<RowWrite> writes)
    {
        for (var index = 0; index < writes.Count; index++)
        {
            // A table that is built beside a live one is not there when the connection is opened.
            if (!rows.TryGetValue(writes[index].Table, out var table))
                rows.Add(writes[index].Table, table = new(database, writes[index].Table));
            table.Write(writes[index]);
        }
    }

    private T InTransaction<T>(Func<T> work)
    {
        begin.Run();
        try
        {
            var result = work();
            commit.Run();
            return result;
        }
        catch
        {
            log.Forget();
            if (database.InTransaction)
                database.Execute("ROLLBACK");
            throw;
        }
    }
}
