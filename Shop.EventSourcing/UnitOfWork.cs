using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// One handling of one message or request: loads streams, decides, and commits once. Used once; after a conflict a new one
/// starts from a fresh load.
/// </summary>
/// <remarks>
/// <see cref="Decide{T}"/> runs under the store's gate on the newest state, which may still be under way to the database.
/// Then this unit of work shares the fate of the one that wrote it: it commits after it, or conflicts with it.
/// </remarks>
public sealed class UnitOfWork
{
    private readonly EventStore store;
    private readonly EventMetadata? metadata;
    private readonly Dictionary<string, StreamHandle> handles = new(StringComparer.Ordinal);
    private readonly HashSet<UnitOfWork> dependencies = [];
    private readonly List<OutboxMessage> outbox = [];
    private readonly List<Guid> outboxDeletes = [];
    private readonly List<RowWrite> rows = [];
    private readonly List<ParkedMessage> parked = [];
    private readonly List<Guid> parkedDeletes = [];
    private TaskCompletionSource? queued;
    private bool published;

    internal UnitOfWork(EventStore store, EventMetadata? metadata, InboxEntry? inbox)
    {
        this.store = store;
        this.metadata = metadata;
        Inbox = inbox;
    }

    internal enum Phase
    {
        Open,
        Queued,
        Committed,
        Failed,
    }

    internal Phase Status { get; private set; }

    internal bool IsPending => Status is Phase.Open or Phase.Queued;

    internal TaskCompletionSource<WriteResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WriteSet? WriteSet { get; private set; }

    internal InboxEntry? Inbox { get; }

    internal IReadOnlyCollection<UnitOfWork> Dependencies => dependencies;

    internal IEnumerable<StreamHandle> Written => handles.Values.Where(handle => handle.Appended.Count > 0);

    /// <summary>Messages that will leave with the commit.</summary>
    public IReadOnlyList<OutboxMessage> Outbox => outbox;

    /// <summary>Loads one stream: from memory, else from the database.</summary>
    public async ValueTask<StreamHandle<TState, TEvent>> LoadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var stream = aggregate.Stream(id);
        if (handles.TryGetValue(stream, out var known))
            return (StreamHandle<TState, TEvent>)known;
        var handle = new StreamHandle<TState, TEvent>(aggregate, await store.LoadEntryAsync(aggregate, stream, cancellationToken));
        handles.Add(stream, handle);
        return handle;
    }

    /// <inheritdoc cref="LoadAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<StreamHandle<TState, TEvent>> LoadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => LoadAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>
    /// Runs a pure, synchronous decision over the loaded streams. What it appends is seen by the next decision at once and
    /// becomes durable with <see cref="CommitAsync"/>.
    /// </summary>
    /// <exception cref="ConcurrencyConflictException">A loaded stream was lost meanwhile: start over with a new unit of work.</exception>
    public T Decide<T>(Func<T> decision)
    {
        lock (store.Gate)
        {
            foreach (var handle in handles.Values)
                DependOnWriterOf(handle);

            var counts = handles.Values.Select(handle => (handle, handle.Appended.Count)).ToArray();
            T result;
            try
            {
                result = decision();
            }
            catch when (counts.All(before => before.Count == 0))
            {
                foreach (var handle in handles.Values)
                    handle.Reopen();
                throw;
            }

            foreach (var handle in Written)
            {
                handle.Entry.State = handle.CurrentState;
                handle.Entry.Version = handle.Version;
                handle.Entry.Writer = this;
                published = true;
            }

            return result;
        }
    }

    /// <summary>Loads one stream and appends what <paramref name="decide"/> answers for its state.</summary>
    /// <returns>The state afterwards.</returns>
    public async ValueTask<TState> DecideAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, IEnumerable<TEvent>> decide, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var handle = await LoadAsync(aggregate, id, cancellationToken);
        return Decide(() =>
        {
            handle.Append(decide(handle.State));
            return handle.State;
        });
    }

    /// <summary>Sends a message after the commit, at once or when it is due.</summary>
    public void Send(OutboxMessage message) => outbox.Add(message);

    /// <summary>Takes back a scheduled message that has not been sent; unknown ids are ignored.</summary>
    public void CancelScheduled(Guid messageId)
    {
        if (outbox.RemoveAll(message => message.Id == messageId) == 0)
            outboxDeletes.Add(messageId);
    }

    /// <summary>Writes one read-model row with the events.</summary>
    public void Write(RowWrite row) => rows.Add(row);

    /// <summary>Keeps a message that cannot be handled, with its reason.</summary>
    public void Park(ParkedMessage message) => parked.Add(message);

    /// <summary>Removes a parked message, because it is sent again.</summary>
    public void Unpark(Guid parkedId) => parkedDeletes.Add(parkedId);

    /// <summary>Writes everything in one write set.</summary>
    /// <returns>Whether it was written, or the message had been handled before; and the store's position.</returns>
    /// <exception cref="ConcurrencyConflictException">A stream moved on: nothing was written, start over.</exception>
    public async Task<WriteResult> CommitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            WriteSet = Build();
            if (WriteSet.IsEmpty && dependencies.Count == 0)
            {
                Settle(committed: true);
                return new(WriteOutcome.Committed, store.Position);
            }

            foreach (var dependency in dependencies)
                await dependency.QueuedOrFailedAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch
        {
            store.Abandon(this);
            throw;
        }

        store.Committer.Enqueue(this);
        var result = await Completion.Task;
        return result.Outcome == WriteOutcome.Conflict
            ? throw new ConcurrencyConflictException(result.Error?.Message ?? $"A stream of {string.Join(", ", handles.Keys.Take(5))} moved on.")
            : result;
    }

    /// <summary>Gives up what was decided: the streams are loaded afresh by the next one. Harmless after a commit.</summary>
    public void Abandon() => store.Abandon(this);

    /// <summary>Waits until everything that this one has seen is durable.</summary>
    /// <exception cref="ConcurrencyConflictException">Something that it has seen was not written after all.</exception>
    public async Task WhenSeenIsDurableAsync()
    {
        foreach (var dependency in dependencies)
        {
            if (dependency.Status == Phase.Failed || (await dependency.Completion.Task).Outcome != WriteOutcome.Committed)
                throw new ConcurrencyConflictException("The state that was decided on was not written.");
        }
    }

    internal void MarkQueued()
    {
        lock (store.Gate)
        {
            Status = Phase.Queued;
            queued?.TrySetResult();
        }
    }

    /// <summary>Ends it, under the gate. A failed one takes the states that it published with it.</summary>
    internal void Settle(bool committed)
    {
        lock (store.Gate)
        {
            Status = committed ? Phase.Committed : Phase.Failed;
            queued?.TrySetResult();
            foreach (var handle in handles.Values)
            {
                if (!committed)
                    store.Cache.Evict(handle.Entry);
                else if (handle.Entry.Writer == this)
                    handle.Entry.Writer = null;
            }
        }
    }

    private void DependOnWriterOf(StreamHandle handle)
    {
        var entry = handle.Entry;
        if (entry.Evicted)
            throw new ConcurrencyConflictException($"{entry.Stream} was changed elsewhere.");
        if (entry.Writer is { IsPending: true } writer && writer != this)
        {
            // Somebody may already build on this one: waiting for a writer that is not queued yet could close a circle.
            if (published && writer.Status == Phase.Open)
                throw new ConcurrencyConflictException($"{entry.Stream} is being changed.");
            dependencies.Add(writer);
        }

        if (handle.Decided && (entry.Writer != this && handle.ExpectedVersion != entry.Version))
            throw new ConcurrencyConflictException($"{entry.Stream} moved on between two decisions.");
        handle.Open();
    }

    private async ValueTask QueuedOrFailedAsync()
    {
        TaskCompletionSource wait;
        lock (store.Gate)
        {
            if (Status != Phase.Open)
                return;
            wait = queued ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await wait.Task;
    }

    private WriteSet Build()
    {
        var now = store.Clock.GetUtcNow().TruncateToMicroseconds();
        var stored = published ? (metadata ?? new()).Serialize() : null;
        var appends = new List<StreamAppend>(handles.Count);
        foreach (var handle in handles.Values.Where(handle => handle.Decided))
        {
            appends.Add(handle.ToAppend(stored, now));
            if (handle.Appended.Count > 0 && store.InlineRow(handle) is { } row)
                rows.Add(row);
        }

        return new()
        {
            Appends = appends,
            Inbox = Inbox,
            Outbox = outbox,
            OutboxDeletes = outboxDeletes,
            Rows = rows,
            Parked = parked,
            ParkedDeletes = parkedDeletes,
        };
    }
}
