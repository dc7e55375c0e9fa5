namespace Shop.EventSourcing.SqlServer;

/// <summary>The table types of the schema.</summary>
internal static class GroupTypes
{
    public static RowSet Appends() => new(
        "append_rows", RowSet.Number("write_set"), RowSet.Number("number"), RowSet.Number("stream"), RowSet.Text("name"), RowSet.Long("expected"), RowSet.Long("before"));

    public static RowSet Events() => new(
        "event_rows", RowSet.Number("number"), RowSet.Number("write_set"), RowSet.Number("stream"), RowSet.Long("ahead"), RowSet.Id("event_id"), RowSet.Text("type"),
        RowSet.Bytes("data"), RowSet.Bytes("metadata"), RowSet.Instant("recorded_at"));

    public static RowSet Inbox() => new(
        "inbox_rows", RowSet.Number("write_set"), RowSet.Text("endpoint"), RowSet.Id("message_id"), RowSet.Instant("handled_at"), RowSet.Flag("again"));

    public static RowSet Outbox() => new(
        "outbox_rows", RowSet.Number("number"), RowSet.Number("write_set"), RowSet.Id("id"), RowSet.Text("destination"), RowSet.Text("content_type"),
        RowSet.Text("message_type"), RowSet.Bytes("body"), RowSet.Text("headers"), RowSet.Instant("created_at"), RowSet.Instant("due_at"),
        RowSet.Instant("claimed_until"));

    public static RowSet Parked() => new(
        "parked_rows", RowSet.Number("number"), RowSet.Number("write_set"), RowSet.Id("id"), RowSet.Text("endpoint"), RowSet.Id("message_id"),
        RowSet.Text("message_type"), RowSet.Text("content_type"), RowSet.Bytes("body"), RowSet.Text("headers"), RowSet.Text("reason"), RowSet.Text("exception"),
        RowSet.Instant("parked_at"));

    public static RowSet Ids() => new("id_rows", RowSet.Number("number"), RowSet.Number("write_set"), RowSet.Id("id"), RowSet.Flag("late"));

    public static RowSet Ids(IEnumerable<Guid> ids)
    {
        var rows = Ids();
        foreach (var id in ids)
            rows.Add(rows.Count + 1, 1, id, false);
        return rows;
    }

    public static RowSet Parts() => new("part_rows", RowSet.Text("stream"), RowSet.Long("first_version"), RowSet.Long("last_version"));

    public static RowSet ArchivedEvents() => new(
        "archived_event_rows", RowSet.Long("position"), RowSet.Text("stream"), RowSet.Long("version"), RowSet.Id("event_id"), RowSet.Text("type"),
        RowSet.Bytes("data"), RowSet.Bytes("metadata"), RowSet.Instant("recorded_at"));

    public static RowSet Signals() => new("signal_rows", RowSet.Text("topic"), RowSet.Long("value"));
}
