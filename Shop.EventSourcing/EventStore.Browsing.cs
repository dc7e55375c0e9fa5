using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>For whoever browses streams without knowing what they are.</content>
public partial class EventStore
{
    /// <summary>
    /// The state of any stream after its events up to a version, as far as this process knows what is kept in it: once one of its kind was
    /// loaded here, or where a read model is made of it.
    /// </summary>
    /// <returns>Null when nobody here knows such streams, or one of the events.</returns>
    public async Task<object?> FindStateAsync(string stream, long version, CancellationToken cancellationToken = default)
    {
        if (StepsOf(stream) is not var (initial, evolve))
            return null;
        var state = initial;
        await foreach (var recorded in ReadStreamAsync(stream, toVersion: version, cancellationToken: cancellationToken))
        {
            try
            {
                state = evolve(state, recorded);
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }

        return state;
    }

    private (object Initial, Func<object, RecordedEvent, object> Evolve)? StepsOf(string stream)
    {
        if (FoldOf(stream) is { } fold)
            return (fold.Initial, (state, recorded) => fold.Evolve(state, fold.Decode(recorded)));
        var known = inlineProjections.Values.Where(projection => stream.StartsWith(projection.Category + "-", StringComparison.Ordinal)).MaxBy(projection => projection.Category.Length);
        return known is null ? null : (known.Initial, known.Evolve);
    }
}
