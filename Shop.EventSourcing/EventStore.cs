using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// The event store of one service: aggregates in, write sets out, in groups. Read side: streams as of a version or an
/// instant, the log, read models.
/// </summary>
public partial class EventStore : IAsyncDisposable
{
    private const int CachedStreams = 100_000;
    internal const int MaxAttempts = 20;

    private readonly Dictionary<string, IInlineProjection> inlineProjections;
    private readonly ConcurrentDictionary<string, IStreamFold> folds = new(StringComparer.Ordinal);
    private readonly StreamWatchers watchers = new();
    private readonly LogFollower? follower;
    private long position;
    private long signalled;
    private bool disposed;

    /// <param name="name">The service's name, for threads, logs and metrics.</param>
    /// <param name="engine">Initialised by <see cref="OpenAsync"/>; owned by the store from now on.</param>
    /// <param name="meters">The application's, so that another one in this process is not measured with it.</param>
    public EventStore(
        string name, IStorageEngine engine, IEnumerable<IInlineProjection> inlineProjections, TimeProvider clock, IMeterFactory? meters = null)
    {
        Name = name;
        Engine = engine;
        Clock = clock;
        this.inlineProjections = inlineProjections.ToDictionary(projection => projection.Category, StringComparer.Ordinal);
        Counters = new(name, meters);
        CommitSpan = $"commit {name}";
        Committer = new(this);
        follower = engine.IsShared ? new(this) : null;
    }

    public string Name { get; }

    public IStorageEngine Engine { get; }

    public StoreCounters Counters { get; }

    /// <summary>The highest position that this store object has met: whatever it has answered can be read from there.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Called by the handler that committed them, once its messages are durable. Must not block.</summary>
    public Action<IReadOnlyList<OutboxMessage>>? MessagesCommitted { get; set; }

    /// <summary>Called after events became durable, here or, on a shared database, elsewhere. Must not block.</summary>
    public event Action? EventsCommitted;

    /// <summary>Called when something in the background failed that is tried again. Must not block.</summary>
    public Action<Exception>? BackgroundFailed { get; set; }

    /// <summary>
    /// Called with what others have appended, and with what was appended here in between, in the order of the log and once each.
    /// Must not block.
    /// </summary>
    internal event Action<IReadOnlyList<RecordedEvent>>? Followed;

    internal Lock Gate { get; } = new();

    internal StreamCache Cache { get; } = new(CachedStreams);

    internal GroupCommitter Committer { get; }

    internal TimeProvider Clock { get; }

    /// <summary>What was committed lately, while somebody wants to know.</summary>
    internal RecentAppends? Recent { get; set; }

    internal string CommitSpan { get; }

    /// <summary>Creates or upgrades the schema and reads where the log stands.</summary>
    public async Task OpenAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await Engine.InitializeAsync(scripts, cancellationToken);
        Advance(await Engine.ReadHeadAsync(cancellationToken));
        follower?.Start(Position);
    }

    /// <summary>Starts a unit of work.</summary>
    /// <param name="inbox">The message that it handles, or null outside of message handling.</param>
    /// <param name="isRepeat">What it handles was tried before: then nothing is taken for granted, see <c>UnitOfWork.LoadNewAsync</c>.</param>
    public UnitOfWork Begin(EventMetadata? metadata = null, InboxEntry? inbox = null, bool isRepeat = false) => new(this, metadata, inbox, isRepeat);

    /// <summary>Runs a handler outside of message handling and commits it; a conflict is handled again from a fresh load.</summary>
    /// <returns>The handler's answer, and the position from which it can be read.</returns>
    /// <exception cref="ConcurrencyConflictException">It conflicted 20 times.</exception>
    public async Task<(T Value, long Position)> ExecuteAsync<T>(
        Func<UnitOfWork, Task<T>> handler, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var unit = Begin(metadata, isRepeat: attempt > 1);
            try
            {
                var value = await handler(unit);
                return (value, (await unit.CommitAsync(cancellationToken)).Position);
            }
            catch (Exception error)
            {
                if (!await unit.RetriesAsync(error, attempt, cancellationToken))
                    throw;
            }
        }
    }

    /// <summary>Deletes a delivered message from the outbox, together with the next commit.</summary>
    public void MarkDelivered(Guid messageId) => Committer.EnqueueDelivered(messageId);

    /// <summary>Also twice: dependency injection knows it under two types.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        await Committer.DisposeAsync();
        if (follower is not null)
            await follower.DisposeAsync();
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal bool HasInlineRow(string category) => inlineProjections.ContainsKey(category);

    internal RowWrite? InlineRow(StreamHandle handle) =>
        inlineProjections.TryGetValue(handle.Category, out var projection) ? projection.Project(handle.Stream, handle.Version, handle.CurrentState) : null;

    internal void OnCommitted(UnitOfWork unit, long committedPosition)
    {
        Advance(committedPosition);
        if (unit.WriteSet!.Inbox is not null)
            Counters.MessageHandled();
        var events = unit.Written.Sum(written => written.Events.Count);
        if (events == 0)
            return;
        Recent?.Add(unit.WriteSet, committedPosition - events, events);
        var comesByNoMore = follower is null || follower.Committed(committedPosition - events, committedPosition);
        // Until then the follower may have remembered what others had appended right before.
        unit.ForgetRecorded();
        foreach (var (stream, _, _) in unit.Written)
            watchers.Changed(stream);
        if (comesByNoMore)
            committedHere?.Invoke(unit);
        EventsCommitted?.Invoke();
    }

    /// <summary>Tells the other processes where the log stands now, once per group.</summary>
    internal void OnGroupCommitted(long head)
    {
        if (follower is null || head <= signalled)
            return;
        signalled = head;
        Engine.Signal(LogFollower.HeadTopic, head);
    }

    /// <summary>Others have appended; what we remember of it has followed.</summary>
    internal void OnFollowed(IReadOnlyList<RecordedEvent> events)
    {
        Advance(events[^1].Position);
        foreach (var recorded in events)
            watchers.Changed(recorded.Stream);
        Followed?.Invoke(events);
        EventsCommitted?.Invoke();
    }

    /// <summary>The aggregate of a stream, once any of its kind was loaded here.</summary>
    internal IStreamFold? FoldOf(string stream)
    {
        // Both parts of the name may contain dashes.
        var byCategory = folds.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var end = stream.Length; (end = stream.AsSpan(0, end).LastIndexOf('-')) > 0;)
        {
            if (byCategory.TryGetValue(stream.AsSpan(0, end), out var fold))
                return fold;
        }

        return null;
    }

    internal void OnBackgroundFailure(Exception error) => BackgroundFailed?.Invoke(error);

    internal void Abandon(UnitOfWork unit)
    {
        lock (Gate)
        {
            if (unit.Status != UnitOfWork.Phase.Open)
                return;
            unit.Settle(committed: !unit.IsPublished);
        }

        unit.Completion.TrySetResult(new(WriteOutcome.Conflict, Position));
    }

    private void Advance(long reached)
    {
        for (var known = Position; reached > known;)
        {
            var before = Interlocked.CompareExchange(ref position, reached, known);
            if (before == known)
                return;
            known = before;
        }
    }
}

/// <summary>The event store of one service, told apart in dependency injection by the service's module type.</summary>
public sealed class EventStore<TModule>(
    string name, IStorageEngine engine, IEnumerable<IInlineProjection> inlineProjections, TimeProvider clock, IMeterFactory? meters = null)
    : EventStore(name, engine, inlineProjections, clock, meters)
    where TModule : class;
