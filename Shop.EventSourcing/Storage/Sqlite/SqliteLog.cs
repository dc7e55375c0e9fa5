using Microsoft.Data.Sqlite;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Streams and events as the writer sees them, inside its transaction.</summary>
internal sealed class SqliteLog(SqliteHandle database)
{
    private const long Unknown = -1;
    private readonly SqliteHeads heads = new();
    private readonly SqliteStatement readDataVersion = database.Prepare("PRAGMA data_version");
    private readonly SqliteStatement readHead = database.Prepare("SELECT coalesce(max(position), 0) FROM events");
    private readonly SqliteStatement readStream = database.Prepare("SELECT id, version FROM streams WHERE name = ?1");
    private readonly SqliteStatement addStream = database.Prepare("INSERT INTO streams (id, name, version) VALUES (?1, ?2, ?3)");
    private readonly SqliteStatement moveStream = database.Prepare("UPDATE streams SET version = ?2 WHERE id = ?1");
    private readonly SqliteStatement appendEvent = database.Prepare(EmbeddedSql.Read("Sqlite", "append-event"));
    private long dataVersion;

    /// <summary>Position of the last event.</summary>
    public long Head { get; private set; } = Unknown;

    /// <summary>True when the failure is an append to a stream that another one has moved, not a bug.</summary>
    public static bool IsStale(SqliteException refusal) =>
        refusal.Message.Contains("failed: events.", StringComparison.Ordinal) || refusal.Message.Contains("failed: streams.", StringComparison.Ordinal);

    /// <summary>Drops what is remembered when another connection has written since.</summary>
    public void Refresh()
    {
        var current = Scalar(readDataVersion);
        if (current != dataVersion)
            Forget();
        dataVersion = current;
        if (Head == Unknown)
            Head = Scalar(readHead);
    }

    /// <summary>After a rollback the remembered heads may be of writes that never happened.</summary>
    public void Forget()
    {
        heads.Clear();
        Head = Unknown;
    }

    public bool Allows(IReadOnlyList<StreamAppend> appends)
    {
        for (var index = 0; index < appends.Count; index++)
        {
            var append = appends[index];
            if (append.ExpectedVersion == StreamAppend.AnyVersion)
                continue;
            var version = HeadOf(append.Stream).Version;
            for (var earlier = 0; earlier < index; earlier++)
            {
                if (appends[earlier].Stream == append.Stream)
                    version += appends[earlier].Events.Count;
            }

            if (version != append.ExpectedVersion)
                return false;
        }

        return true;
    }

    public void Append(IReadOnlyList<StreamAppend> appends)
    {
        for (var index = 0; index < appends.Count; index++)
        {
            if (appends[index].Events.Count > 0)
                Append(appends[index]);
        }
    }

    private void Append(StreamAppend append)
    {
        var head = HeadOf(append.Stream);
        var version = head.Version + append.Events.Count;
        if (head.Id == 0)
        {
            head.Id = Head + 1;
            addStream.Bind(1, head.Id);
            addStream.Bind(2, append.Stream);
            addStream.Bind(3, version);
            addStream.Run();
        }
        else
        {
            moveStream.Bind(1, head.Id);
            moveStream.Bind(2, version);
            moveStream.Run();
        }

        for (var index = 0; index < append.Events.Count; index++)
            Append(head, append.Events[index]);
    }

    private void Append(StreamHead head, NewEvent @event)
    {
        appendEvent.Bind(1, ++Head);
        appendEvent.Bind(2, head.Id);
        appendEvent.Bind(3, ++head.Version);
        appendEvent.Bind(4, @event.Id);
        appendEvent.Bind(5, @event.Type);
        appendEvent.BindText(6, @event.Data);
        if (@event.Metadata is { } metadata)
            appendEvent.BindText(7, metadata);
        else
            appendEvent.BindNull(7);
        appendEvent.Bind(8, @event.RecordedAt);
        appendEvent.Run();
    }

    private StreamHead HeadOf(string stream)
    {
        if (heads.TryGet(stream, out var head))
            return head;
        head = new();
        readStream.Bind(1, stream);
        if (readStream.Step())
        {
            head.Id = readStream.Int64(0);
            head.Version = readStream.Int64(1);
            readStream.Reset();
        }

        heads.Add(stream, head);
        return head;
    }

    private static long Scalar(SqliteStatement statement)
    {
        statement.Step();
        var value = statement.Int64(0);
        statement.Reset();
        return value;
    }
}
