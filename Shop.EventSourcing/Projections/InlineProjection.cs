using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// A read-model row per stream, a pure function of the aggregate's state, written in the same write set as the events.
/// Rebuilding it is folding each stream and calling it once.
/// </summary>
public interface IInlineProjection
{
    Table Table { get; }

    /// <summary>Category of the streams that it follows.</summary>
    string Category { get; }

    /// <summary>State before the first event, to fold a stream from.</summary>
    object Initial { get; }

    /// <summary>The state after one stored event of a stream of <see cref="Category"/>.</summary>
    /// <exception cref="InvalidOperationException">Its stored name is not known.</exception>
    object Evolve(object state, RecordedEvent recorded);

    /// <summary>The row for this state, or null for none.</summary>
    RowWrite? Project(string stream, long version, object state);
}

/// <inheritdoc cref="IInlineProjection"/>
public sealed class InlineProjection<TState, TEvent, TRow>(Aggregate<TState, TEvent> aggregate, Table<TRow> table, Func<TState, long, TRow?> project) : IInlineProjection
    where TState : class
    where TEvent : class
    where TRow : class
{
    public Table Table => table;

    public string Category => aggregate.Category;

    public object Initial => aggregate.Initial;

    public object Evolve(object state, RecordedEvent recorded) =>
        aggregate.Evolve((TState)state, EventStore.Decode<TEvent>(aggregate.Events, recorded));

    public RowWrite? Project(string stream, long version, object state) => project((TState)state, version) is { } row ? table.Upsert(row) : null;
}
