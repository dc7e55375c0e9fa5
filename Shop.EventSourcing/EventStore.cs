using System.Diagnostics.Metrics;
using Shop.EventSourcing.Projections;
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
    private readonly StreamWatchers watchers = new();
    private long position;

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
    }

    public string Name { get; }

    public IStorageEngine Engine { get; }

    public StoreCounters Counters { get; }

    /// <summary>Position of the last event committed through this store object.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Called by the handler that committed them, once its messages are durable. Must not block.</summary>
    public Action<IReadOnlyList<OutboxMessage>>? MessagesCommitted { get; set; }

    /// <summary>Called on the committing thread after events became durable. Must not block.</summary>
    public event Action? EventsCommitted;

    internal Lock Gate { get; } = new();

    internal StreamCache Cache { get; } = new(CachedStreams);

    internal GroupCommitter Committer { get; }

    internal TimeProvider Clock { get; }

    internal string CommitSpan { get; }

    /// <summary>Creates or upgrades the schema and reads where the log stands.</summary>
    public async Task OpenAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await Engine.InitializeAsync(scripts, cancellationToken);
        Advance(await Engine.ReadHeadAsync(cancellationToken));
    }

    /// <summary>Starts a unit of work.</summary>
    /// <param name="inbox">The message that it handles, or null outside of message handling.</param>
    public UnitOfWork Begin(EventMetadata? metadata = null, InboxEntry? inbox = null) => new(this, metadata, inbox);

    /// <summary>Runs a handler outside of message handling and commits it; a conflict is handled again from a fresh load.</summary>
    /// <returns>The handler's answer, and the position from which it can be read.</returns>
    /// <exception cref="ConcurrencyConflictException">It conflicted 20 times.</exception>
    public async Task<(T Value, long Position)> ExecuteAsync<T>(
        Func<UnitOfWork, Task<T>> handler, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var unit = Begin(metadata);
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

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal RowWrite? InlineRow(StreamHandle handle) =>
        inlineProjections.TryGetValue(handle.Category, out var projection) ? projection.Project(handle.Stream, handle.Version, handle.CurrentState) : null;

    internal void OnCommitted(UnitOfWork unit, long committedPosition)
    {
        Advance(committedPosition);
        if (unit.WriteSet!.Inbox is not null)
            Counters.MessageHandled();
        var wrote = false;
        foreach (var handle in unit.Written)
        {
            watchers.Changed(handle.Stream);
            wrote = true;
        }

        if (wrote)
            EventsCommitted?.Invoke();
    }

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
        if (reached > position)
            Volatile.Write(ref position, reached);
    }
}

/// <summary>The event store of one service, told apart in dependency injection by the service's module type.</summary>
public sealed class EventStore<TModule>(
    string name, IStorageEngine engine, IEnumerable<IInlineProjection> inlineProjections, TimeProvider clock, IMeterFactory? meters = null)
    : EventStore(name, engine, inlineProjections, clock, meters)
    where TModule : class;
