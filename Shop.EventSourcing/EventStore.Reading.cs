using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>Streams as they are, as they were, and as they become.</content>
public partial class EventStore
{
    private const int ReadBatch = 1_000;
    private static readonly TimeSpan SharedPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>The durable state of one stream and its version; 0 and the initial state when it does not exist.</summary>
    public async ValueTask<(TState State, long Version)> ReadAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var stream = aggregate.Stream(id);
        while (true)
        {
            var entry = await LoadEntryAsync(aggregate, stream, cancellationToken);
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
            {
                if (!Engine.IsShared || await IsNewestAsync(entry, seen.Version, cancellationToken))
                    return seen;
                continue;
            }

            // The next writer of a hot stream is already there when this one is done: its own result is the answer.
            await ((Task)writer.Completion.Task).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (writer.Committed(stream) is { } written)
                return ((TState)written.CurrentState, written.Version);
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
            try
            {
                await changed.WaitAsync(Engine.IsShared && left > SharedPoll ? SharedPoll : left, Clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Looks once more: another process may have changed it, or the time is up.
            }
        }
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
        while (true)
        {
            long losses;
            lock (Gate)
            {
                if (Cache.TryGet(stream, out var cached))
                    return cached;
                losses = Cache.LossesOf(stream);
            }

            var state = aggregate.Initial;
            var version = 0L;
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

            lock (Gate)
            {
                if (Cache.TryGet(stream, out var loadedMeanwhile))
                    return loadedMeanwhile;
                if (Cache.LossesOf(stream) != losses)
                    continue;
                var entry = new StreamCache.Entry(stream, state, version);
                Cache.Add(entry);
                return entry;
            }
        }
    }

    /// <summary>Whether no other process has appended since; its entry is dropped when one has.</summary>
    private async ValueTask<bool> IsNewestAsync(StreamCache.Entry entry, long version, CancellationToken cancellationToken)
    {
        if ((await Engine.ReadStreamAsync(entry.Stream, version, null, null, 1, cancellationToken)).Count == 0)
            return true;
        lock (Gate)
        {
            if (entry.Version == version)
                Cache.Evict(entry);
        }

        return false;
    }
}
