namespace Shop.EventSourcing.Storage;

/// <summary>
/// Everything that must become durable together: events on one or more streams, the inbox entry of the message handled,
/// outgoing messages, read-model rows. It is applied whole or not at all.
/// </summary>
public sealed class WriteSet
{
    /// <summary>Streams written, or only checked when they have no events.</summary>
    public IReadOnlyList<StreamAppend> Appends { get; init; } = [];

    /// <summary>The message that this write set handles; a second write set with the same entry is a <see cref="WriteOutcome.Duplicate"/>.</summary>
    public InboxEntry? Inbox { get; init; }

    public IReadOnlyList<OutboxMessage> Outbox { get; init; } = [];

    /// <summary>Ids of outbox messages to delete: delivered ones and cancelled scheduled ones. Unknown ids are ignored.</summary>
    public IReadOnlyList<Guid> OutboxDeletes { get; init; } = [];

    public IReadOnlyList<RowWrite> Rows { get; init; } = [];

    public IReadOnlyList<ParkedMessage> Parked { get; init; } = [];

    /// <summary>Ids of parked messages to delete, because they were redriven.</summary>
    public IReadOnlyList<Guid> ParkedDeletes { get; init; } = [];

    public bool IsEmpty =>
        Appends.Count == 0 && Inbox is null && Outbox.Count == 0 && OutboxDeletes.Count == 0 && Rows.Count == 0 && Parked.Count == 0
        && ParkedDeletes.Count == 0;
}

/// <summary>Events for one stream, which must stand at <paramref name="ExpectedVersion"/>.</summary>
/// <param name="ExpectedVersion">Number of events before these: 0 for a stream that must not exist yet, <see cref="AnyVersion"/> for no check.</param>
public sealed record StreamAppend(string Stream, long ExpectedVersion, IReadOnlyList<NewEvent> Events)
{
    /// <summary>Append wherever the stream stands.</summary>
    public const long AnyVersion = -1;
}

/// <param name="Type">Stored, versioned name.</param>
/// <param name="Data">UTF-8 JSON.</param>
/// <param name="Metadata">UTF-8 JSON: correlation, causation, trace; or null.</param>
public sealed record NewEvent(Guid Id, string Type, byte[] Data, byte[]? Metadata, DateTimeOffset RecordedAt);

/// <summary>A stored event.</summary>
/// <param name="Position">Place in the store's log, from 1, in commit order and without gaps.</param>
/// <param name="Version">Place in its stream, from 1, without gaps.</param>
public sealed record RecordedEvent(
    long Position, string Stream, long Version, Guid Id, string Type, byte[] Data, byte[]? Metadata, DateTimeOffset RecordedAt);

public sealed record InboxEntry(string Endpoint, Guid MessageId, DateTimeOffset HandledAt);

/// <summary>A message to be handed to the transport after the commit.</summary>
/// <param name="Id">Message id on the wire, and the key to cancel a scheduled one.</param>
/// <param name="Destination">Transport address, absolute.</param>
/// <param name="MessageType">Message type names (URNs), separated by <c>;</c>.</param>
/// <param name="Headers">JSON object of headers, or null.</param>
/// <param name="DueAt">When to send; null: at once, by the process that committed it.</param>
public sealed record OutboxMessage(
    Guid Id, string Destination, string ContentType, string MessageType, byte[] Body, string? Headers, DateTimeOffset CreatedAt,
    DateTimeOffset? DueAt)
{
    /// <summary>The object that <see cref="Body"/> was made of, while the process that made it holds it; not stored.</summary>
    public object? Original { get; init; }
}

/// <summary>A message that could not be read or kept failing, kept with its reason until somebody redrives it.</summary>
public sealed record ParkedMessage(
    Guid Id, string Endpoint, Guid? MessageId, string MessageType, string ContentType, byte[] Body, string? Headers, string Reason,
    string Exception, DateTimeOffset ParkedAt);

/// <summary>Inserts, replaces or deletes one row of a read model.</summary>
/// <param name="Delete">True: delete by the row's key; its other values are not used.</param>
public sealed record RowWrite(Table Table, object Row, bool Delete = false);

/// <summary>How a write set ended.</summary>
public enum WriteOutcome
{
    /// <summary>Durable.</summary>
    Committed,

    /// <summary>A stream stood at another version, or a write set that this one built on failed. Nothing was written.</summary>
    Conflict,

    /// <summary>The message was handled before. Nothing was written.</summary>
    Duplicate,
}

/// <param name="Position">Position of the log's last event once this was written: read at least here to see your own write.</param>
/// <param name="Error">Set when a constraint of the database refused this write set: it is the caller's bug or the last line of defence.</param>
public readonly record struct WriteResult(WriteOutcome Outcome, long Position, Exception? Error = null);
