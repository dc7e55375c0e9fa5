using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// The event store of one service: aggregates in, write sets out, in groups. Read side: streams as of a version or an
/// instant, the log, read models.
/// </summary>
public class EventStore : IAsyncDisposable
{
    private const int ReadBatch = 1_000;
    private const int CachedStreams = 100_000;
    private const int MaxAttempts = 20;

    private readonly Dictionary<string, IInlineProjection> inlineProjections;
    private readonly StreamWatchers watchers = new();
    private long position;

    /// <param name="name">The service's name, for threads, logs and metrics.</param>
    /// <param name="engine">Initialised by <see cref="OpenAsync"/>; owned by the store from now on.</param>
    public EventStore(string name, IStorageEngine engine, IEnumerable<IInlineProjection> inlineProjections, TimeProvider clock)
    {
        Name = name;
        Engine = engine;
        Clock = clock;
        this.inlineProjections = inlineProjections.ToDictionary(projection => projection.Category, StringComparer.Ordinal);
        Counters = new(name);
        Committer = new(this);
    }

    public string Name { get; }

    public IStorageEngine Engine { get; }

    public StoreCounters Counters { get; }

    /// <summary>Position of the last event committed through this store object.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Called on the committing thread for each write set with messages, after it is durable. Must not block.</summary>
    public Action<IReadOnlyList<OutboxMessage>>? MessagesCommitted { get; set; }

    /// <summary>Called on the committing thread after events became durable. Must not block.</summary>
    public event Action? EventsCommitted;

    internal Lock Gate { get; } = new();

    internal StreamCache Cache { get; } = new(CachedStreams);

    internal GroupCommitter Committer { get; }

    internal TimeProvider Clock { get; }

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
            catch (ConcurrencyConflictException) when (attempt < MaxAttempts)
            {
                unit.Abandon();
            }
            catch (DomainException)
            {
                unit.Abandon();
                try
                {
                    await unit.WhenSeenIsDurableAsync();
                }
                catch (ConcurrencyConflictException) when (attempt < MaxAttempts)
                {
                    continue;
                }

                throw;
            }
            catch
            {
                unit.Abandon();
                throw;
            }
        }
    }

    /// <summary>The durable state of one stream and its version; 0 and the initial state when it does not exist.</summary>
    public async ValueTask<(TState State, long Version)> ReadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        while (true)
        {
            var entry = await LoadEntryAsync(aggregate, aggregate.Stream(id), cancellationToken);
            UnitOfWork? writer;
            lock (Gate)
            {
                writer = entry.Writer;
                if (!entry.Evicted && writer is not { IsPending: true })
                    return ((TState)entry.State, entry.Version);
            }

            if (writer is { IsPending: true })
                await writer.Completion.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <inheritdoc cref="ReadAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<(TState State, long Version)> ReadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>The state of one stream as it was at a version or at an instant, from its events.</summary>
    public async Task<(TState State, long Version)> ReadAsOfAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, long? version = null, DateTimeOffset? instant = null, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var state = aggregate.Initial;
        var reached = 0L;
        await foreach (var recorded in ReadStreamAsync(aggregate.Stream(id), 0, version, instant, cancellationToken))
        {
            state = aggregate.Evolve(state, Decode<TEvent>(aggregate.Events, recorded));
            reached = recorded.Version;
        }

        return (state, reached);
    }

    /// <summary>The stored events of one stream, oldest first.</summary>
    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        string stream, long afterVersion = 0, long? toVersion = null, DateTimeOffset? until = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var batch = await Engine.ReadStreamAsync(stream, afterVersion, toVersion, until, ReadBatch, cancellationToken);
            foreach (var recorded in batch)
                yield return recorded;
            if (batch.Count < ReadBatch)
                yield break;
            afterVersion = batch[^1].Version;
        }
    }

    /// <summary>Waits until the durable state of a stream satisfies a condition, or the time is up.</summary>
    /// <returns>The state last seen; check it again when time may have run out.</returns>
    public async Task<TState> WaitForAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var deadline = Clock.GetUtcNow() + timeout;
        using var watch = watchers.Watch(aggregate.Stream(id));
        while (true)
        {
            var changed = watch.NextAsync();
            var (state, _) = await ReadAsync(aggregate, id, cancellationToken);
            var left = deadline - Clock.GetUtcNow();
            if (condition(state) || left <= TimeSpan.Zero)
                return state;
            await changed.WaitAsync(left, Clock, cancellationToken).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
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

    /// <summary>The typed event behind a stored one.</summary>
    /// <exception cref="InvalidOperationException">Its stored name is not known.</exception>
    public static TEvent Decode<TEvent>(EventTypes events, RecordedEvent recorded) where TEvent : class =>
        events.TryDeserialize(recorded.Type, recorded.Data, out var @event)
            ? (TEvent)@event
            : throw new InvalidOperationException(
                $"{recorded.Stream} has an unknown event {recorded.Type} at version {recorded.Version}. Register its stored name in the aggregate's EventTypes.");

    internal async ValueTask<StreamCache.Entry> LoadEntryAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string stream, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        lock (Gate)
        {
            if (Cache.TryGet(stream, out var cached))
                return cached;
        }

        var state = aggregate.Initial;
        var version = 0L;
        await foreach (var recorded in ReadStreamAsync(stream, cancellationToken: cancellationToken))
        {
            state = aggregate.Evolve(state, Decode<TEvent>(aggregate.Events, recorded));
            version = recorded.Version;
        }

        lock (Gate)
        {
            if (Cache.TryGet(stream, out var loadedMeanwhile))
                return loadedMeanwhile;
            var entry = new StreamCache.Entry(stream, state, version);
            Cache.Add(entry);
            return entry;
        }
    }

    internal RowWrite? InlineRow(StreamHandle handle) =>
        inlineProjections.TryGetValue(handle.Category, out var projection) ? projection.Project(handle.Stream, handle.Version, handle.CurrentState) : null;

    internal void OnCommitted(UnitOfWork unit, long committedPosition)
    {
        Advance(committedPosition);
        if (unit.Inbox is not null)
            Counters.MessageHandled();
        if (unit.Outbox.Count > 0)
            MessagesCommitted?.Invoke(unit.Outbox);
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
            var published = unit.Written.Any();
            unit.Settle(committed: !published);
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
public sealed class EventStore<TModule>(string name, IStorageEngine engine, IEnumerable<IInlineProjection> inlineProjections, TimeProvider clock)
    : EventStore(name, engine, inlineProjections, clock)
    where TModule : class;
