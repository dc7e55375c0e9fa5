namespace Shop.EventSourcing.Storage;

/// <summary>
/// One database. Everything that differs between them is behind this; one contract suite runs against each.
/// All methods are safe to call at the same time. Failures of the database itself are thrown as the provider's exceptions.
/// </summary>
public partial interface IStorageEngine : IAsyncDisposable
{
    /// <summary>True when other processes append to the same database, so that what is remembered of a stream may be old.</summary>
    bool IsShared => false;

    /// <summary>Which database it is, for people: host, port, database and role, or the file; never a password.</summary>
    string Location => GetType().Name;

    /// <summary>What a failure of this engine means, and whether it passes by itself.</summary>
    StorageFailure Explain(Exception error) =>
        new(StorageFailure.IsTransient(error) ? StorageFailureKind.Away : StorageFailureKind.Broken, error.Message);

    /// <summary>Creates or upgrades the schema under a lock: the library's numbered scripts, then the service's.</summary>
    /// <param name="scripts">The service's own scripts for its read-model tables.</param>
    Task InitializeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken);

    /// <summary>
    /// Writes all sets in one transaction and answers for each on its own, in order: a conflict, a duplicate or a constraint
    /// fails only its own set. Later sets see earlier ones. Positions are given in commit order, without gaps.
    /// </summary>
    /// <remarks>
    /// Once a set has failed, whatever the outcome, every later set of the group that touches one of its streams, if only to check
    /// it, fails with <see cref="WriteOutcome.Conflict"/>: it may have been decided on what was not written, and its expected
    /// version may fit by accident, through another process's events.
    /// </remarks>
    /// <param name="group">At least one write set.</param>
    /// <returns>One result per write set, in the order of <paramref name="group"/>.</returns>
    Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken);

    /// <summary>Events of one stream with <c>version &gt; afterVersion</c>, oldest first.</summary>
    /// <param name="toVersion">Last version wanted, or null.</param>
    /// <param name="until">Last instant wanted (inclusive), or null.</param>
    Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken);

    /// <summary>The snapshot of a stream, or null.</summary>
    Task<Snapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Snapshots of streams whose name comes after <paramref name="afterStream"/>, in the order of their bytes.</summary>
    Task<IReadOnlyList<Snapshot>> ReadSnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken);

    /// <summary>Events of the whole store with <c>position &gt; afterPosition</c>, in position order; never skips one that commits later.</summary>
    Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken);

    /// <summary>Position of the last event, 0 in an empty store.</summary>
    Task<long> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Position of the last event that was recorded by an instant, 0 for none, of those that are not in the archive. Looks at every
    /// event after it: there is no index to keep.
    /// </summary>
    Task<long> ReadPositionAsync(DateTimeOffset instant, CancellationToken cancellationToken);

    /// <summary>
    /// Takes outbox messages that nobody is sending: due (or without due time) and without a live claim. A message committed
    /// without a due time starts out claimed by its writer. Concurrent callers get different messages.
    /// </summary>
    /// <param name="claim">How long the caller may take before others get them.</param>
    /// <param name="scheduledOnly">
    /// Passes over those without due time: nearly all of them are on their way, or just gone, and looking through them costs most.
    /// </param>
    Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken);

    /// <summary>Drops claims on outbox messages, so that whoever sweeps next gets them.</summary>
    /// <param name="messageIds">Those that a process had claimed and will not send; null: all, for a store of one process when it starts.</param>
    Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken);

    /// <summary>Outbox messages waiting, oldest first, for operators and audits; takes no claim.</summary>
    Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Which of these messages wait in the outbox, due or not.</summary>
    Task<IReadOnlySet<Guid>> FindOutboxAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} cannot look for messages.");

    /// <summary>How much waits in the outbox and since when, and how much is parked: cheap enough to ask every few seconds.</summary>
    Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>True when this message was handled by this endpoint within the inbox's retention.</summary>
    Task<bool> IsHandledAsync(string endpoint, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Deletes inbox entries handled before this instant.</summary>
    /// <returns>How many were deleted.</returns>
    Task<int> CleanInboxAsync(DateTimeOffset handledBefore, CancellationToken cancellationToken);

    /// <summary>Parked messages, oldest first.</summary>
    Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Position up to which an asynchronous projection has been applied, 0 when it never ran.</summary>
    Task<long> ReadCheckpointAsync(string projection, CancellationToken cancellationToken);

    /// <summary>
    /// Writes rows and moves the checkpoint from <paramref name="from"/> to <paramref name="to"/> in one transaction, which also
    /// checks the lease and renews it.
    /// </summary>
    /// <returns>
    /// False, and nothing written, when the lease was taken over or given up, or the checkpoint no longer stands at <paramref name="from"/>.
    /// </returns>
    Task<bool> SaveProjectionAsync(
        string projection, Lease lease, long from, long to, IReadOnlyList<RowWrite> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a lease that is free, or renews the holder's own. On a database of one process it is always free; its token grows all
    /// the same when what it guards is changed.
    /// </summary>
    /// <param name="holder">Who asks; an id that nobody else uses.</param>
    /// <param name="duration">By the database's clock, from now.</param>
    /// <returns>Null while somebody else holds it. The token is higher than that of every holder before.</returns>
    Task<Lease?> TakeLeaseAsync(string name, Guid holder, TimeSpan duration, CancellationToken cancellationToken) =>
        Task.FromResult<Lease?>(new(name, holder, 1, duration));

    /// <summary>Gives a lease up before its time; harmless when somebody else has it.</summary>
    Task ReleaseLeaseAsync(Lease lease, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Tells the other processes of a shared database something that they would find out by asking. Never blocks; may get lost;
    /// of several values of a topic in short order only the highest arrives.
    /// </summary>
    void Signal(string topic, long value)
    {
    }

    /// <summary>Hears what the processes of a shared database signal, its own included, until it is cancelled or the connection breaks.</summary>
    /// <param name="listening">Called when what was signalled until now may have been missed.</param>
    Task ListenAsync(Action listening, Action<string, long> heard, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This database has no other writers.");

    /// <summary>
    /// Takes what rows of a table said before they were overwritten out of the database's files, as far as that goes without holding up
    /// others: SQLite empties the WAL into the file, PostgreSQL vacuums the table. Copies made before, such as backups and archived WAL,
    /// stay as they are.
    /// </summary>
    /// <returns>False when somebody's reading kept it from being done.</returns>
    Task<bool> PurgeAsync(Table table, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Queries over the read-model tables given at construction; no tracking, read only.</summary>
    ReadModels OpenReadModels();

    /// <summary>The generations of its projections.</summary>
    ProjectionStorage Projections => throw new NotSupportedException($"{GetType().Name} keeps no generations of its projections.");
}

/// <summary>One numbered SQL script of a service's schema.</summary>
/// <param name="Name">Sorts by its number, such as <c>001-orders.sql</c>; applied once, in order.</param>
public sealed record SchemaScript(string Name, string Sql)
{
    /// <summary>The scripts embedded in an assembly under <c>Schema/{engine}/</c>, in order.</summary>
    /// <param name="engine"><c>Sqlite</c>, <c>PostgreSql</c> or <c>SqlServer</c>.</param>
    public static IReadOnlyList<SchemaScript> FromAssembly(System.Reflection.Assembly assembly, string engine)
    {
        var marker = $".Schema.{engine}.";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.Contains(marker, StringComparison.Ordinal))
                .Select(resource => new SchemaScript(resource[(resource.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..], Read(assembly, resource)))
                .OrderBy(script => script.Name, StringComparer.Ordinal),
        ];
    }

    private static string Read(System.Reflection.Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
