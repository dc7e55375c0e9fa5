using System.Globalization;
using System.Text;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// A group of write sets as one batch of T-SQL: its own transaction, one call for what the group decides on, one for each kind of row
/// that it writes. Used again for the next group.
/// </summary>
internal sealed class GroupBatch(IReadOnlyDictionary<Table, SqlServerRows> tables)
{
    /// <summary>As many as <c>@outcomes</c> has characters.</summary>
    private const int MostSets = 8_000;

    private readonly RowSet appends = GroupTypes.Appends(), events = GroupTypes.Events(), inbox = GroupTypes.Inbox();
    private readonly RowSet outboxDeletes = GroupTypes.Ids(), outbox = GroupTypes.Outbox(), parkedDeletes = GroupTypes.Ids(), parked = GroupTypes.Parked();
    private readonly RowBatches rows = new(tables);
    private readonly Dictionary<string, (int Number, long Added)> streams = new(StringComparer.Ordinal);
    private readonly HashSet<(string, Guid)> handled = [];
    private readonly HashSet<Guid> added = [];
    private readonly List<int> eventsOfSets = [];

    /// <summary>How long a message to send at once belongs to us.</summary>
    public TimeSpan WriterClaim { get; set; } = OutboxClaims.WritersDefault;

    /// <summary>Puts a group into a command, instead of whatever was in it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 8,000 write sets.</exception>
    public void Fill(SqlCommand command, IReadOnlyList<WriteSet> group)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group.Count, MostSets);
        foreach (var each in (RowSet[])[appends, events, inbox, outboxDeletes, outbox, parkedDeletes, parked])
            each.Clear();
        streams.Clear();
        handled.Clear();
        added.Clear();
        eventsOfSets.Clear();
        rows.Take();
        for (var index = 0; index < group.Count; index++)
            Add(index + 1, group[index]);

        command.Parameters.Clear();
        command.Parameters.Add(SqlValues.Of("@sets", group.Count));
        var text = new StringBuilder("SET NOCOUNT ON; SET XACT_ABORT ON; BEGIN TRANSACTION; DECLARE @head bigint, @outcomes varchar(8000);\n");
        AppendValues(text, command, [("@appends", appends), ("@events", events), ("@inbox", inbox)]);
        text.Append("EXEC commit_group @sets, @appends, @events, @inbox, @head OUTPUT, @outcomes OUTPUT;\n");
        if (outboxDeletes.Count + outbox.Count + parkedDeletes.Count + parked.Count > 0)
        {
            AppendValues(
                text, command, [("@outbox_deletes", outboxDeletes), ("@outbox", outbox), ("@parked_deletes", parkedDeletes), ("@parked", parked)]);
            text.Append("EXEC change_messages @outbox_deletes, @outbox, @parked_deletes, @parked, @outcomes;\n");
        }

        AppendCalls(text, command, rows.Take(), "@outcomes");
        command.CommandText = text.Append("COMMIT TRANSACTION; SELECT @head, @outcomes;").ToString();
    }

    /// <summary>Adds values as parameters; rows that are none become an empty variable, since a parameter cannot be that.</summary>
    public static void AppendValues(StringBuilder text, SqlCommand command, IEnumerable<(string Name, object? Value)> values)
    {
        foreach (var (name, value) in values)
        {
            if (value is RowSet { Count: 0 } none)
                text.Append(CultureInfo.InvariantCulture, $"DECLARE {name} {none.Type};\n");
            else
                command.Parameters.Add(SqlValues.Of(name, value));
        }
    }

    /// <summary>Appends a call of each procedure that has rows to write.</summary>
    /// <param name="outcomes">The variable or literal that tells which write sets were accepted.</param>
    public static void AppendCalls(StringBuilder text, SqlCommand command, IEnumerable<(string Procedure, RowSet Rows)> calls, string outcomes)
    {
        foreach (var (procedure, values) in calls)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@rows{command.Parameters.Count}");
            command.Parameters.Add(values.ToParameter(name));
            text.Append(CultureInfo.InvariantCulture, $"EXEC {procedure} {name}, {outcomes};\n");
        }
    }

    /// <summary>What became of the group that was filled in last.</summary>
    /// <param name="head">Where the log stood before.</param>
    /// <param name="outcomes">A character for each set.</param>
    public WriteResult[] Read(long head, string outcomes)
    {
        var results = new WriteResult[outcomes.Length];
        for (var set = 0; set < results.Length; set++)
        {
            var outcome = (WriteOutcome)(outcomes[set] - '0');
            if (outcome == WriteOutcome.Committed)
                head += eventsOfSets[set];
            results[set] = new(outcome, head);
        }

        return results;
    }

    private void Add(int set, WriteSet writes)
    {
        var before = events.Count;
        foreach (var append in writes.Appends)
            Add(set, append);
        eventsOfSets.Add(events.Count - before);
        if (writes.Inbox is { } entry)
            inbox.Add(set, entry.Endpoint, entry.MessageId, entry.HandledAt, !handled.Add((entry.Endpoint, entry.MessageId)));
        foreach (var id in writes.OutboxDeletes)
            outboxDeletes.Add(outboxDeletes.Count + 1, set, id, added.Contains(id));
        foreach (var message in writes.Outbox)
            Add(set, message);
        foreach (var id in writes.ParkedDeletes)
            parkedDeletes.Add(parkedDeletes.Count + 1, set, id, false);
        foreach (var message in writes.Parked)
            Add(set, message);
        foreach (var row in writes.Rows)
            rows.Add(set, row);
    }

    private void Add(int set, StreamAppend append)
    {
        var isFirst = !streams.TryGetValue(append.Stream, out var stream);
        if (isFirst)
            stream = (streams.Count + 1, 0);
        appends.Add(set, appends.Count + 1, stream.Number, isFirst ? append.Stream : null, append.ExpectedVersion, stream.Added);
        foreach (var @event in append.Events)
        {
            stream.Added++;
            events.Add(events.Count + 1, set, stream.Number, stream.Added, @event.Id, @event.Type, @event.Data, @event.Metadata, @event.RecordedAt);
        }

        streams[append.Stream] = stream;
    }

    private void Add(int set, OutboxMessage message)
    {
        added.Add(message.Id);
        outbox.Add(
            outbox.Count + 1, set, message.Id, message.Destination, message.ContentType, message.MessageType, message.Body, message.Headers, message.CreatedAt,
            message.DueAt, OutboxClaims.First(message, WriterClaim));
    }

    private void Add(int set, ParkedMessage message) => parked.Add(
        parked.Count + 1, set, message.Id, message.Endpoint, message.MessageId, message.MessageType, message.ContentType, message.Body, message.Headers,
        message.Reason, message.Exception, message.ParkedAt);
}
