using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>One stream inside a unit of work. Valid inside <see cref="UnitOfWork.Decide{T}"/> only.</summary>
public abstract class StreamHandle
{
    private object stateBefore = null!;
    private int appendedBefore;
    private bool deciding;

    private protected StreamHandle(StreamCache.Entry entry) => Entry = entry;

    internal StreamCache.Entry Entry { get; }

    internal List<object> Appended { get; } = [];

    internal long ExpectedVersion { get; private set; }

    internal object CurrentState { get; private protected set; } = null!;

    /// <summary>Events on the stream, counting those appended here.</summary>
    public long Version => ExpectedVersion + Appended.Count;

    public string Stream => Entry.Stream;

    internal abstract EventTypes Events { get; }

    internal abstract string Category { get; }

    /// <summary>A snapshot with what was appended here, when it is time for one.</summary>
    internal abstract Snapshot? TakeSnapshot(DateTimeOffset now);

    /// <summary>A decision has seen its state, so that the commit checks its version.</summary>
    internal bool Decided { get; private set; }

    /// <summary>Starts a decision: the first one takes the newest state, also one that is still being committed.</summary>
    internal void Open()
    {
        if (!Decided)
        {
            CurrentState = Entry.State;
            ExpectedVersion = Entry.Version;
            Decided = true;
        }

        deciding = true;
        stateBefore = CurrentState;
        appendedBefore = Appended.Count;
    }

    internal void Close() => deciding = false;

    /// <summary>Forgets what a decision that threw had appended.</summary>
    internal void Undo()
    {
        deciding = false;
        CurrentState = stateBefore;
        Appended.RemoveRange(appendedBefore, Appended.Count - appendedBefore);
    }

    private protected void ThrowUnlessDeciding()
    {
        if (!deciding)
            throw new InvalidOperationException($"Append to {Stream} inside UnitOfWork.Decide.");
    }

    internal StreamAppend ToAppend(byte[]? metadata, DateTimeOffset now)
    {
        if (Appended.Count == 0)
            return new(Stream, ExpectedVersion, []);
        return new(Stream, ExpectedVersion, ToStore(Events, Appended, metadata, now));
    }

    internal static NewEvent[] ToStore(EventTypes types, List<object> appended, byte[]? metadata, DateTimeOffset now)
    {
        var events = new NewEvent[appended.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var (name, data) = types.Serialize(appended[i]);
            events[i] = new(Ids.New(now), name, data, metadata, now);
        }

        return events;
    }
}

/// <inheritdoc/>
public sealed class StreamHandle<TState, TEvent> : StreamHandle
    where TState : class
    where TEvent : class
{
    private readonly Aggregate<TState, TEvent> aggregate;

    internal StreamHandle(Aggregate<TState, TEvent> aggregate, StreamCache.Entry entry) : base(entry) => this.aggregate = aggregate;

    internal override EventTypes Events => aggregate.Events;

    internal override string Category => aggregate.Category;

    internal override Snapshot? TakeSnapshot(DateTimeOffset now)
    {
        if (aggregate.Snapshots is not { } policy || Appended.Count == 0 || (!Entry.NeedsSnapshot && Version / policy.Every == ExpectedVersion / policy.Every))
            return null;
        Entry.NeedsSnapshot = false;
        return policy.Take(Stream, Version, State, now);
    }

    /// <summary>The state, with the events appended here.</summary>
    public TState State => (TState)CurrentState;

    /// <summary>Adds events; the state follows at once.</summary>
    public void Append(IEnumerable<TEvent> events)
    {
        ThrowUnlessDeciding();
        foreach (var @event in events)
        {
            CurrentState = aggregate.Evolve((TState)CurrentState, @event);
            Appended.Add(@event);
        }
    }

    /// <inheritdoc cref="Append(IEnumerable{TEvent})"/>
    public void Append(params ReadOnlySpan<TEvent> events)
    {
        ThrowUnlessDeciding();
        foreach (var @event in events)
        {
            CurrentState = aggregate.Evolve((TState)CurrentState, @event);
            Appended.Add(@event);
        }
    }
}
