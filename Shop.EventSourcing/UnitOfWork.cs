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
public sealed partial class UnitOfWork
{
    private readonly EventStore store;
    private readonly EventMetadata? metadata;
    private readonly bool isRepeat;
    private readonly Dictionary<string, StreamHandle> handles = new(StringComparer.Ordinal);
    private Dictionary<string, StreamRecord>? records;
    private HashSet<UnitOfWork>? dependencies;
    private List<OutboxMessage>? outbox;
    private List<Guid>? outboxDeletes;
    private List<RowWrite>? rows;
    private List<ParkedMessage>? parked;
    private List<Guid>? parkedDeletes;

    internal UnitOfWork(EventStore store, EventMetadata? metadata, InboxEntry? inbox, bool isRepeat)
    {
        this.isRepeat = isRepeat;
        this.store = store;
        this.metadata = metadata;
        Inbox = inbox;
    }

    /// <summary>Messages that will leave with the commit.</summary>
    public IReadOnlyList<OutboxMessage> Outbox => outbox as IReadOnlyList<OutboxMessage> ?? [];

    /// <summary>Loads one stream: from memory, else from the database.</summary>
    public ValueTask<StreamHandle<TState, TEvent>> LoadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => LoadAsync(aggregate, id, assumeNew: false, cancellationToken);

    /// <inheritdoc cref="LoadAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<StreamHandle<TState, TEvent>> LoadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => LoadAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>
    /// Loads a stream that in all likelihood does not exist yet, as one that this handling is the first to know of: nothing is read. When it
    /// exists after all, the commit is a conflict, and the next attempt reads it. See docs/adr/0026-beginning-streams-without-looking.md.
    /// </summary>
    public ValueTask<StreamHandle<TState, TEvent>> LoadNewAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => LoadAsync(aggregate, id, assumeNew: !isRepeat, cancellationToken);

    /// <inheritdoc cref="LoadNewAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<StreamHandle<TState, TEvent>> LoadNewAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => LoadNewAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>
    /// Runs a pure, synchronous decision over the loaded streams. What it appends is seen by the next decision at once and
    /// becomes durable with <see cref="CommitAsync"/>.
    /// </summary>
    /// <exception cref="ConcurrencyConflictException">A loaded stream was lost meanwhile: start over with a new unit of work.</exception>
    public T Decide<T>(Func<T> decision)
    {
        lock (store.Gate)
        {
            ThrowIfUsed();
            foreach (var handle in handles.Values)
                DependOnWriterOf(handle);
            foreach (var handle in handles.Values)
                handle.Open();

            T result;
            try
            {
                result = decision();
            }
            catch
            {
                foreach (var handle in handles.Values)
                    handle.Undo();
                throw;
            }

            foreach (var handle in handles.Values)
            {
                handle.Close();
                if (handle.Appended.Count == 0)
                    continue;
                handle.Entry.State = handle.CurrentState;
                handle.Entry.Version = handle.Version;
                handle.Entry.Writer = this;
                IsPublished = true;
            }

            return result;
        }
    }

    /// <summary>Loads one stream and appends what <paramref name="decide"/> answers for its state.</summary>
    /// <returns>The state afterwards.</returns>
    public async ValueTask<TState> DecideAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, Func<TState, IEnumerable<TEvent>> decide, CancellationToken cancellationToken = default)
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

    /// <inheritdoc cref="DecideAsync{TState,TEvent}(Aggregate{TState,TEvent},string,Func{TState,IEnumerable{TEvent}},CancellationToken)"/>
    public ValueTask<TState> DecideAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, IEnumerable<TEvent>> decide, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => DecideAsync(aggregate, id.ToString("D"), decide, cancellationToken);

    /// <summary>
    /// Appends to a stream that only records what happened, wherever it stands: nothing is read or decided, and what others append to it is
    /// no conflict. Becomes durable with <see cref="CommitAsync"/>, which throws when the stream was decided on, too.
    /// </summary>
    /// <exception cref="InvalidOperationException">An inline projection wants the aggregate's state, which is not known here.</exception>
    public void Record<TState, TEvent>(Aggregate<TState, TEvent> aggregate, string id, TEvent @event)
        where TState : class
        where TEvent : class
    {
        ThrowIfUsed();
        if (store.HasInlineRow(aggregate.Category))
            throw new InvalidOperationException($"Load {aggregate.Category}: it has an inline projection, which wants its state.");
        var stream = aggregate.Stream(id);
        records ??= new(StringComparer.Ordinal);
        if (!records.TryGetValue(stream, out var record))
            records.Add(stream, record = new(stream, aggregate.Category, aggregate.Events));
        record.Appended.Add(@event);
    }

    /// <summary>Sends a message after the commit, at once or when it is due.</summary>
    public void Send(OutboxMessage message) => (outbox ??= []).Add(message);

    /// <summary>Takes back a scheduled message that has not been sent; unknown ids are ignored.</summary>
    public void CancelScheduled(Guid messageId)
    {
        if (outbox is null || outbox.RemoveAll(message => message.Id == messageId) == 0)
            (outboxDeletes ??= []).Add(messageId);
    }

    /// <summary>Writes one read-model row with the events.</summary>
    public void Write(RowWrite row) => (rows ??= []).Add(row);

    /// <summary>Keeps a message that cannot be handled, with its reason.</summary>
    public void Park(ParkedMessage message) => (parked ??= []).Add(message);

    /// <summary>Removes a parked message, because it is sent again.</summary>
    public void Unpark(Guid parkedId) => (parkedDeletes ??= []).Add(parkedId);

    private async ValueTask<StreamHandle<TState, TEvent>> LoadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, bool assumeNew, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        var stream = aggregate.Stream(id);
        if (handles.TryGetValue(stream, out var known))
            return (StreamHandle<TState, TEvent>)known;
        var entry = assumeNew ? store.AssumeNew(aggregate, stream) : (await store.LoadEntryAsync(aggregate, stream, cancellationToken)).Entry;
        var handle = new StreamHandle<TState, TEvent>(aggregate, entry);
        handles.Add(stream, handle);
        return handle;
    }

    private void DependOnWriterOf(StreamHandle handle)
    {
        var entry = handle.Entry;
        if (entry.Evicted)
            throw new ConcurrencyConflictException($"{entry.Stream} was changed elsewhere.");
        if (handle.Decided && handle.Version != entry.Version)
            throw new ConcurrencyConflictException($"{entry.Stream} moved on between two decisions.");
        if (entry.Writer is { IsPending: true } writer && writer != this)
        {
            // Somebody may already build on this one: waiting for a writer that is not queued yet could close a circle.
            if (IsPublished && writer.Status == Phase.Open)
                throw new ConcurrencyConflictException($"{entry.Stream} is being changed.");
            (dependencies ??= []).Add(writer);
        }
    }
}
