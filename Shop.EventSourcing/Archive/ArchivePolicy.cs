using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <summary>Which streams of a kind have ended, so that they may be moved to the archive once they are old enough.</summary>
public interface IArchivePolicy
{
    /// <summary>First part of the streams' names.</summary>
    string Category { get; }

    /// <param name="events">All events of one stream.</param>
    bool HasEnded(IReadOnlyList<RecordedEvent> events);
}

/// <inheritdoc/>
/// <param name="hasEnded">Nothing is expected to happen any more in this state. If it does all the same, that is no harm.</param>
public sealed class ArchivePolicy<TState, TEvent>(Aggregate<TState, TEvent> aggregate, Func<TState, bool> hasEnded) : IArchivePolicy
    where TState : class
    where TEvent : class
{
    public string Category => aggregate.Category;

    public bool HasEnded(IReadOnlyList<RecordedEvent> events) =>
        hasEnded(aggregate.Fold(events.Select(recorded => EventStore.Decode<TEvent>(aggregate.Events, recorded))));
}
