using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>An <see cref="Aggregate{TState,TEvent}"/> to those who do not know its types.</summary>
internal interface IStreamFold
{
    object Initial { get; }

    /// <summary>The typed event behind a stored one.</summary>
    /// <exception cref="InvalidOperationException">Its stored name is not known.</exception>
    object Decode(RecordedEvent recorded);

    object Evolve(object state, object @event);
}
