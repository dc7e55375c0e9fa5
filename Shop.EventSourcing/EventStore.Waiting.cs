namespace Shop.EventSourcing;

/// <content>What becomes true later.</content>
public partial class EventStore
{
    private static readonly TimeSpan CheckpointPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until the durable state of a stream satisfies a condition, or the time is up.</summary>
    /// <returns>The state last seen; check it again when time may have run out.</returns>
    public async Task<TState> WaitForAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => (await WaitForAsync(aggregate, id, (state, _) => condition(state), timeout, cancellationToken)).State;

    /// <summary>Waits until a stream goes on after a version, in whichever process, or the time is up.</summary>
    /// <returns>The version last seen.</returns>
    public async Task<long> WaitForVersionAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, long afterVersion, TimeSpan timeout, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => (await WaitForAsync(aggregate, id, (_, version) => version > afterVersion, timeout, cancellationToken)).Version;

    private async Task<(TState State, long Version)> WaitForAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, Func<TState, long, bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        var deadline = Clock.GetUtcNow() + timeout;
        using var watch = watchers.Watch(aggregate.Stream(id));
        while (true)
        {
            // A change that is not remembered yet wakes us when it is.
            var changed = watch.NextAsync();
            var seen = await ReadEventuallyAsync(aggregate, id, cancellationToken);
            if (condition(seen.State, seen.Version))
                return seen;
            var left = deadline - Clock.GetUtcNow();
            if (left <= TimeSpan.Zero || !await EndsWithinAsync(changed, left, cancellationToken))
                return await ReadAsync(aggregate, id, cancellationToken);
        }
    }

    /// <summary>
    /// Waits until an asynchronous projection has applied the log up to a position, in whichever process it runs, or the time is up.
    /// </summary>
    /// <param name="position">From <see cref="ExecuteAsync{T}"/> or <see cref="ReadHeadAsync"/>.</param>
    /// <returns>False when the time is up.</returns>
    public async Task<bool> WaitForProjectionAsync(string projection, long position, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var deadline = timeout == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : Clock.GetUtcNow() + timeout;
        using var watch = watchers.Watch(CheckpointTopic(projection));
        while (true)
        {
            var moved = watch.NextAsync();
            if (await Engine.ReadCheckpointAsync(projection, cancellationToken) >= position)
                return true;
            var left = deadline - Clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return false;
            await EndsWithinAsync(moved, left < CheckpointPoll ? left : CheckpointPoll, cancellationToken);
        }
    }

    /// <summary>Waits until somebody decides something about a projection, such as a pause or a rebuild, in any process; or the time is up.</summary>
    /// <param name="projection">Null: any.</param>
    public async Task WaitForProjectionChangeAsync(string? projection, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var watch = watchers.Watch(ProjectionTopic(projection));
        await EndsWithinAsync(watch.NextAsync(), timeout, cancellationToken);
    }

    /// <summary>Where the log stands now; everything committed by anybody before the call is at or before it.</summary>
    public async Task<long> ReadHeadAsync(CancellationToken cancellationToken = default)
    {
        var head = await Engine.ReadHeadAsync(cancellationToken);
        Advance(head);
        return head;
    }

    /// <summary>Tells whoever waits, in all processes, that a projection has moved on.</summary>
    internal void OnCheckpoint(string projection, long position) => Signal(CheckpointTopic(projection), position);

    internal void OnProjectionChanged(string projection)
    {
        Signal(ProjectionTopic(projection), 0);
        Signal(ProjectionTopic(null), 0);
    }

    /// <summary>Tells whoever watches a topic, in all processes.</summary>
    internal void Signal(string topic, long value)
    {
        watchers.Changed(topic);
        Engine.Signal(topic, value);
    }

    internal void OnSignal(string topic) => watchers.Changed(topic);

    /// <summary>A topic is not the name of a stream: no category has a slash.</summary>
    internal StreamWatchers.Watcher Watch(string topic) => watchers.Watch(topic);

    /// <returns>False when it did not end within that time.</returns>
    internal async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(time, Clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string ProjectionTopic(string? projection) => $"projections/{projection}";

    private static string CheckpointTopic(string projection) => $"checkpoint/{projection}";
}
