using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.WhatIf;

/// <summary>Streams that are only in memory: what would be there had something else been decided.</summary>
public sealed class SupposedStreams
{
    private readonly Dictionary<string, object> states = new(StringComparer.Ordinal);

    /// <summary>The state of one stream.</summary>
    public TState Read<TState, TEvent>(Aggregate<TState, TEvent> aggregate, string id)
        where TState : class
        where TEvent : class => states.TryGetValue(aggregate.Stream(id), out var state) ? (TState)state : aggregate.Initial;

    /// <summary>Lets one stream go on.</summary>
    public void Append<TState, TEvent>(Aggregate<TState, TEvent> aggregate, string id, params IEnumerable<TEvent> events)
        where TState : class
        where TEvent : class
    {
        var state = Read(aggregate, id);
        foreach (var @event in events)
            state = aggregate.Evolve(state, @event);
        states[aggregate.Stream(id)] = state;
    }

    /// <summary>Lets a stream go on as it really did, and gives the event; null when it is of another category.</summary>
    public (string Id, TEvent Event)? Append<TState, TEvent>(Aggregate<TState, TEvent> aggregate, RecordedEvent recorded)
        where TState : class
        where TEvent : class
    {
        var prefix = aggregate.Stream("");
        if (!recorded.Stream.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var @event = EventStore.Decode<TEvent>(aggregate.Events, recorded);
        Append(aggregate, recorded.Stream[prefix.Length..], @event);
        return (recorded.Stream[prefix.Length..], @event);
    }

    /// <summary>All streams of a category, in no order.</summary>
    public IEnumerable<(string Id, TState State)> All<TState, TEvent>(Aggregate<TState, TEvent> aggregate)
        where TState : class
        where TEvent : class
    {
        var prefix = aggregate.Stream("");
        return states.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => (pair.Key[prefix.Length..], (TState)pair.Value));
    }
}
