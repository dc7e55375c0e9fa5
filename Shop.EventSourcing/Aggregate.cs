using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// What the store must know of an aggregate: where its streams are, what it is before the first event, and how each event
/// changes it. States are immutable; <see cref="Evolve"/> is pure.
/// </summary>
/// <param name="Category">First part of the stream name: <c>order</c> gives <c>order-{id}</c>.</param>
public sealed record Aggregate<TState, TEvent>(string Category, TState Initial, Func<TState, TEvent, TState> Evolve, EventTypes Events) : IStreamFold
    where TState : class
    where TEvent : class
{
    /// <summary>For streams that get long; null: none are taken.</summary>
    public SnapshotPolicy<TState>? Snapshots { get; init; }

    /// <summary>The name of the stream of one instance.</summary>
    public string Stream(string id) => $"{Category}-{id}";

    /// <summary>The name of the stream of one instance.</summary>
    public string Stream(Guid id) => $"{Category}-{id:D}";

    /// <summary>The state after these events.</summary>
    public TState Fold(IEnumerable<TEvent> events) => events.Aggregate(Initial, Evolve);

    object IStreamFold.Initial => Initial;

    object IStreamFold.Decode(RecordedEvent recorded) => EventStore.Decode<TEvent>(Events, recorded);

    object IStreamFold.Evolve(object state, object @event) => Evolve((TState)state, (TEvent)@event);
}
