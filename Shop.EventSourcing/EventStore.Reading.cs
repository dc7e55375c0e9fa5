using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>Streams as they are, as they were, and as they become.</content>
public partial class EventStore
{
    private const int ReadBatch = 1_000;

    /// <summary>
    /// The durable state of one stream and its version, with everything that anybody had committed before the call; 0 and the initial
    /// state when it does not exist.
    /// </summary>
    public ValueTask<(TState State, long Version)> ReadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadStateAsync(aggregate, aggregate.Stream(id), follower is null, cancellationToken);

    /// <inheritdoc cref="ReadAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<(TState State, long Version)> ReadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>A durable state of one stream and its version; on a shared database it may lack what another process committed a moment ago.</summary>
    public ValueTask<(TState State, long Version)> ReadEventuallyAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadStateAsync(aggregate, aggregate.Stream(id), fresh: true, cancellationToken);

    /// <inheritdoc cref="ReadEventuallyAsync{TState,TEvent}(Aggregate{TState,TEvent},string,CancellationToken)"/>
    public ValueTask<(TState State, long Version)> ReadEventuallyAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadEventuallyAsync(aggregate, id.ToString("D"), cancellationToken);

    /// <summary>The stored events of one stream, oldest first.</summary>
    /// <param name="until">Up to the last event of the stream that was recorded by then. What came before it counts whatever its writer's clock said.</param>
    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        string stream, long afterVersion = 0, long? toVersion = null, DateTimeOffset? until = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (until is { } instant)
            toVersion = Math.Min(toVersion ?? long.MaxValue, await LastVersionAsync(stream, afterVersion, instant, cancellationToken));
        while (true)
        {
            var batch = await Engine.ReadStreamAsync(stream, afterVersion, toVersion, null, ReadBatch, cancellationToken);
            foreach (var recorded in batch)
                yield return recorded;
            if (batch.Count < ReadBatch)
                yield break;
            afterVersion = batch[^1].Version;
        }
    }

    /// <summary>The typed event behind a stored one.</summary>
    /// <exception cref="InvalidOperationException">Its stored name is not known.</exception>
    public static TEvent Decode<TEvent>(EventTypes events, RecordedEvent recorded) where TEvent : class =>
        events.TryDeserialize(recorded.Type, recorded.Data, out var @event)
            ? (TEvent)@event
            : throw new UnknownEventException(recorded, "Register its stored name in the aggregate's EventTypes.");

    /// <returns>The newest state, also one that is still being committed; and whether it comes from the database just now.</returns>
    internal async ValueTask<(StreamCache.Entry Entry, bool ReadNow)> LoadEntryAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string stream, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        folds.TryAdd(aggregate.Category, aggregate);
        while (true)
        {
            long losses;
            object start;
            long version;
            lock (Gate)
            {
                if (Cache.TryGet(stream, out var cached))
                    return (cached, false);
                losses = Cache.LossesOf(stream);
                (start, version) = Cache.FindStart(stream) ?? (aggregate.Initial, 0);
            }

            var state = (TState)start;
            if (version == 0 && await FindSnapshotAsync(aggregate.Snapshots, stream, cancellationToken) is { } snapshot)
                (state, version) = snapshot;
            var from = version;
            IReadOnlyList<RecordedEvent> batch;
            do
            {
                batch = await Engine.ReadStreamAsync(stream, version, null, null, ReadBatch, cancellationToken);
                foreach (var recorded in batch)
                {
                    state = aggregate.Evolve(state, Decode<TEvent>(aggregate.Events, recorded));
                    version = recorded.Version;
                }
            }
            while (batch.Count == ReadBatch);

            if (batch.Count > 0)
                Advance(batch[^1].Position);
            lock (Gate)
            {
                if (Cache.TryGet(stream, out var loadedMeanwhile))
                    return (loadedMeanwhile, false);
                if (Cache.LossesOf(stream) != losses)
                    continue;
                var entry = new StreamCache.Entry(stream, state, version) { NeedsSnapshot = version - from >= aggregate.Snapshots?.Every };
                Cache.Add(entry);
                return (entry, true);
            }
        }
    }

    /// <returns>What is known of the stream; else an entry of its own for the caller, as if it did not exist.</returns>
    internal StreamCache.Entry AssumeNew<TState, TEvent>(Aggregate<TState, TEvent> aggregate, string stream)
        where TState : class
        where TEvent : class
    {
        folds.TryAdd(aggregate.Category, aggregate);
        lock (Gate)
            return Cache.TryGet(stream, out var known) ? known : new(stream, aggregate.Initial, 0) { IsAssumed = true };
    }

    /// <param name="fresh">What is remembered is new enough.</param>
    private async ValueTask<(TState State, long Version)> ReadStateAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string stream, bool fresh, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        while (true)
        {
            var (entry, readNow) = await LoadEntryAsync(aggregate, stream, cancellationToken);
            fresh |= readNow;
            if (!fresh)
            {
                // What others have changed is forgotten then, and what is still remembered is new enough. Also a state that is still
                // being committed: others may have gone on from it before we hear of its commit.
                await follower!.CatchUpAsync(cancellationToken);
                fresh = true;
                continue;
            }

            UnitOfWork? writer;
            (TState State, long Version) seen;
            lock (Gate)
            {
                if (entry.Evicted)
                    continue;
                writer = entry.Writer is { IsPending: true } pending ? pending : null;
                seen = ((TState)entry.State, entry.Version);
            }

            if (writer is null)
                return seen;

            // The next writer of a hot stream is already there when this one is done: its own result is the answer.
            await ((Task)writer.Completion.Task).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (writer.Committed(stream) is { } written)
                return ((TState)written.CurrentState, written.Version);
        }
    }
}
