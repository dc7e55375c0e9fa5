using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// A read model that follows the log with a checkpoint of its own. <see cref="Apply"/> is pure; the runner reads the row,
/// applies the events in order, and writes rows and checkpoint together, so that each event counts once.
/// </summary>
public interface IAsyncProjection
{
    /// <summary>Name of the checkpoint; a new shape of the read model gets a new name.</summary>
    string Name { get; }

    Table Table { get; }

    /// <summary>The events that it understands; others are passed over, unless their stream is of one of the <see cref="Categories"/>.</summary>
    EventTypes Events { get; }

    /// <summary>
    /// Categories of the streams of which it must understand every event: an unknown one there stops it. Names of categories in one
    /// store do not begin with one another and a dash.
    /// </summary>
    IReadOnlyList<string> Categories => [];

    /// <summary>Key values of the row that this event changes, in the order of the table's key, or null when it changes none.</summary>
    object?[]? Key(object @event, RecordedEvent recorded);

    /// <summary>True when no row can exist before this event, so that none needs to be looked up.</summary>
    bool Creates(object @event) => false;

    /// <summary>The row after this event; null deletes it.</summary>
    /// <param name="row">The row so far, or null when there is none.</param>
    object? Apply(object? row, object @event, RecordedEvent recorded);
}

/// <inheritdoc cref="IAsyncProjection"/>
public abstract class AsyncProjection<TRow>(string name, Table<TRow> table, EventTypes events, params string[] categories) : IAsyncProjection
    where TRow : class
{
    public string Name => name;

    public Table Table => table;

    public EventTypes Events => events;

    public IReadOnlyList<string> Categories => categories;

    public abstract object?[]? Key(object @event, RecordedEvent recorded);

    public virtual bool Creates(object @event) => false;

    protected abstract TRow? Apply(TRow? row, object @event, RecordedEvent recorded);

    object? IAsyncProjection.Apply(object? row, object @event, RecordedEvent recorded) => Apply((TRow?)row, @event, recorded);
}
