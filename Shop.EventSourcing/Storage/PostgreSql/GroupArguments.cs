using System.Collections;
using Npgsql;
using NpgsqlTypes;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// A group of write sets as the arrays that the server's <c>commit_group</c> takes, in the order of its parameters. Sets, streams,
/// appends and inbox keys are numbered from 1. Used again for the next group.
/// </summary>
internal sealed class GroupArguments
{
    private readonly List<NpgsqlParameter> parameters = [];
    private readonly Dictionary<string, int> streamNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, Guid), int> inboxNumbers = [];
    private readonly HashSet<Guid> added = [];
    private readonly RowBatches batches;

    private readonly List<int> setAppends, setInbox, appendStream, appendEvents, eventAppend, eventNumber, outboxSet, deleteSet, lateDeleteSet;
    private readonly List<long> appendExpected;
    private readonly List<string> inboxEndpoint, streams, eventType, outboxDestination, outboxContentType, outboxMessageType, rowStatements;
    private readonly List<string?> outboxHeaders;
    private readonly List<Guid> inboxMessageId, eventId, outboxId, deleteId, lateDeleteId;
    private readonly List<DateTime> inboxHandledAt, eventRecordedAt, outboxCreatedAt;
    private readonly List<DateTime?> outboxDueAt, outboxClaimedUntil;
    private readonly List<byte[]> eventData, outboxBody, rows;
    private readonly List<byte[]?> eventMetadata;

    /// <summary>How long a message to send at once belongs to us.</summary>
    public TimeSpan WriterClaim { get; set; } = OutboxClaims.WritersDefault;

    public GroupArguments(IReadOnlyDictionary<Table, PostgreSqlRows> tables)
    {
        batches = new(tables);
        setAppends = Next<int>(NpgsqlDbType.Integer);
        setInbox = Next<int>(NpgsqlDbType.Integer);
        inboxEndpoint = Next<string>(NpgsqlDbType.Text);
        inboxMessageId = Next<Guid>(NpgsqlDbType.Uuid);
        inboxHandledAt = Next<DateTime>(NpgsqlDbType.TimestampTz);
        streams = Next<string>(NpgsqlDbType.Text);
        appendStream = Next<int>(NpgsqlDbType.Integer);
        appendExpected = Next<long>(NpgsqlDbType.Bigint);
        appendEvents = Next<int>(NpgsqlDbType.Integer);
        eventAppend = Next<int>(NpgsqlDbType.Integer);
        eventNumber = Next<int>(NpgsqlDbType.Integer);
        eventId = Next<Guid>(NpgsqlDbType.Uuid);
        eventType = Next<string>(NpgsqlDbType.Text);
        eventData = Next<byte[]>(NpgsqlDbType.Text);
        eventMetadata = Next<byte[]?>(NpgsqlDbType.Text);
        eventRecordedAt = Next<DateTime>(NpgsqlDbType.TimestampTz);
        outboxSet = Next<int>(NpgsqlDbType.Integer);
        outboxId = Next<Guid>(NpgsqlDbType.Uuid);
        outboxDestination = Next<string>(NpgsqlDbType.Text);
        outboxContentType = Next<string>(NpgsqlDbType.Text);
        outboxMessageType = Next<string>(NpgsqlDbType.Text);
        outboxBody = Next<byte[]>(NpgsqlDbType.Bytea);
        outboxHeaders = Next<string?>(NpgsqlDbType.Text);
        outboxCreatedAt = Next<DateTime>(NpgsqlDbType.TimestampTz);
        outboxDueAt = Next<DateTime?>(NpgsqlDbType.TimestampTz);
        outboxClaimedUntil = Next<DateTime?>(NpgsqlDbType.TimestampTz);
        deleteSet = Next<int>(NpgsqlDbType.Integer);
        deleteId = Next<Guid>(NpgsqlDbType.Uuid);
        lateDeleteSet = Next<int>(NpgsqlDbType.Integer);
        lateDeleteId = Next<Guid>(NpgsqlDbType.Uuid);
        rowStatements = Next<string>(NpgsqlDbType.Text);
        rows = Next<byte[]>(NpgsqlDbType.Text);
    }

    public IReadOnlyList<NpgsqlParameter> Parameters => parameters;

    public void Fill(IReadOnlyList<WriteSet> group)
    {
        foreach (var parameter in parameters)
            ((IList)parameter.Value!).Clear();
        streamNumbers.Clear();
        inboxNumbers.Clear();
        added.Clear();
        for (var index = 0; index < group.Count; index++)
            Add(index + 1, group[index]);
        batches.MoveTo(rowStatements, rows);
    }

    private void Add(int set, WriteSet writes)
    {
        setAppends.Add(writes.Appends.Count);
        setInbox.Add(writes.Inbox is { } entry ? NumberOf(entry) : 0);
        foreach (var append in writes.Appends)
            Add(append);
        foreach (var id in writes.OutboxDeletes)
            Delete(set, id);
        foreach (var message in writes.Outbox)
            Add(set, message);
        foreach (var id in writes.ParkedDeletes)
            batches.DeleteParked(set, id);
        foreach (var message in writes.Parked)
            batches.Add(set, message);
        foreach (var row in writes.Rows)
            batches.Add(set, row);
    }

    private void Add(StreamAppend append)
    {
        appendStream.Add(NumberOf(append.Stream));
        appendExpected.Add(append.ExpectedVersion);
        appendEvents.Add(append.Events.Count);
        for (var index = 0; index < append.Events.Count; index++)
        {
            var @event = append.Events[index];
            eventAppend.Add(appendStream.Count);
            eventNumber.Add(index + 1);
            eventId.Add(@event.Id);
            eventType.Add(@event.Type);
            eventData.Add(@event.Data);
            eventMetadata.Add(@event.Metadata);
            eventRecordedAt.Add(@event.RecordedAt.UtcDateTime);
        }
    }

    private void Add(int set, OutboxMessage message)
    {
        added.Add(message.Id);
        outboxSet.Add(set);
        outboxId.Add(message.Id);
        outboxDestination.Add(message.Destination);
        outboxContentType.Add(message.ContentType);
        outboxMessageType.Add(message.MessageType);
        outboxBody.Add(message.Body);
        outboxHeaders.Add(message.Headers);
        outboxCreatedAt.Add(message.CreatedAt.UtcDateTime);
        outboxDueAt.Add(message.DueAt?.UtcDateTime);
        outboxClaimedUntil.Add(OutboxClaims.First(message, WriterClaim)?.UtcDateTime);
    }

    private void Delete(int set, Guid id)
    {
        var late = added.Contains(id);
        (late ? lateDeleteSet : deleteSet).Add(set);
        (late ? lateDeleteId : deleteId).Add(id);
    }

    private int NumberOf(string stream)
    {
        if (!streamNumbers.TryGetValue(stream, out var number))
        {
            streams.Add(stream);
            streamNumbers.Add(stream, number = streams.Count);
        }

        return number;
    }

    private int NumberOf(InboxEntry entry)
    {
        if (!inboxNumbers.TryGetValue((entry.Endpoint, entry.MessageId), out var number))
        {
            inboxEndpoint.Add(entry.Endpoint);
            inboxMessageId.Add(entry.MessageId);
            inboxHandledAt.Add(entry.HandledAt.UtcDateTime);
            inboxNumbers.Add((entry.Endpoint, entry.MessageId), number = inboxEndpoint.Count);
        }

        return number;
    }

    private List<T> Next<T>(NpgsqlDbType element)
    {
        var values = new List<T>();
        parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | element, Value = values });
        return values;
    }
}
