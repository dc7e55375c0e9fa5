using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>For whoever counts what happens, wherever it happens.</content>
public partial class EventStore
{
    /// <summary>Called with what was appended here and does not come by with what others have appended.</summary>
    private event Action<UnitOfWork>? committedHere;

    /// <summary>
    /// Tells of each event of an aggregate once it is durable, whichever process appended it: exactly once, from the call on. Nothing is
    /// read for it. Two threads may tell at the same time, and then not in the order of the log.
    /// </summary>
    /// <param name="told">Must not block or throw. An event that this version cannot read is left out.</param>
    public void Follow<TState, TEvent>(Aggregate<TState, TEvent> aggregate, Action<TEvent> told)
        where TState : class
        where TEvent : class
    {
        var prefix = aggregate.Stream("");
        committedHere += unit =>
        {
            foreach (var (_, _, appended) in unit.Written.Where(written => written.Category == aggregate.Category))
                appended.ForEach(@event => told((TEvent)@event));
        };
        Followed += events =>
        {
            foreach (var recorded in events.Where(recorded => recorded.Stream.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (TryDecode(recorded) is { } appended)
                    told(appended);
            }
        };

        TEvent? TryDecode(RecordedEvent recorded)
        {
            try
            {
                return aggregate.Events.TryDeserialize(recorded.Type, recorded.Data, out var found) ? found as TEvent : null;
            }
            catch (JsonException)
            {
                // Whoever loads the stream meets the same error, and has somebody to tell.
                return null;
            }
        }
    }
}
