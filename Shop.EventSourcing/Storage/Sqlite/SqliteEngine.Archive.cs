using Shop.EventSourcing.Archive;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <content>The archive.</content>
public sealed partial class SqliteEngine
{
    /// <summary>The folder <c>archive/&lt;store&gt;</c> beside the file, unless set.</summary>
    public SegmentFolder Segments { get; init; } = new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "archive", Path.GetFileNameWithoutExtension(path)));

    public Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<HotStream>>(reader => reader.HotStreams(afterId, limit), cancellationToken);

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Segment>>(reader => reader.Segments(afterName, limit), cancellationToken);

    public Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken) =>
        Write(() => Writer.MoveOut(segment, parts), cancellationToken);

    public Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken) =>
        Write(() => Writer.MoveBack(segment, parts, events), cancellationToken);
}

/// <content>The archive.</content>
internal sealed partial class SqliteReader
{
    public List<RecordedEvent> Stream(StreamRange range)
    {
        var hot = HotStream(range, out var archivedVersion);
        return archivedVersion <= range.AfterVersion ? hot : InSnapshot(() =>
        {
            hot = HotStream(range, out _);
            var statement = Operation("read-stream-segments");
            statement.Bind(1, range.Stream);
            statement.Bind(2, range.AfterVersion);
            statement.Bind(3, range.To);
            return ArchivedEvents.MergeStream(range, hot, Segments(statement), segments);
        });
    }

    public List<RecordedEvent> Log(long afterPosition, int limit)
    {
        var hot = HotLog(afterPosition, limit);
        return !ArchivedEvents.HasGap(afterPosition, hot) ? hot : InSnapshot(() =>
        {
            for (var after = afterPosition; ; after += limit)
            {
                hot = HotLog(after, limit);
                if (hot.Count == 0)
                    return hot;
                var statement = Operation("read-log-segments");
                statement.Bind(1, after);
                statement.Bind(2, after + limit);
                if (ArchivedEvents.MergeLog(after, after + limit, hot, Segments(statement), segments) is { Count: > 0 } merged)
                    return merged;
            }
        });
    }

    public List<HotStream> HotStreams(long afterId, int limit)
    {
        var statement = Operation("read-hot-streams");
        statement.Bind(1, afterId);
        statement.Bind(2, limit);
        return Rows(statement, row => new HotStream(row.Int64(0), row.Text(1), row.Int64(2), row.Int64(3)));
    }

    public List<Segment> Segments(string afterName, int limit)
    {
        var statement = Statement("SELECT name, first_position, last_position, events, checksum, archived_at FROM segments WHERE name > ?1 ORDER BY name LIMIT ?2");
        statement.Bind(1, afterName);
        statement.Bind(2, limit);
        return Segments(statement);
    }

    private List<RecordedEvent> HotStream(StreamRange range, out long archivedVersion)
    {
        var statement = Operation("read-stream");
        statement.Bind(1, range.Stream);
        statement.Bind(2, range.AfterVersion);
        statement.Bind(3, range.To);
        statement.Bind(4, range.Until?.ToUnixMicroseconds() ?? long.MaxValue);
        statement.Bind(5, range.Limit);
        archivedVersion = 0;
        var events = new List<RecordedEvent>();
        try
        {
            while (statement.Step())
            {
                archivedVersion = statement.Int64(8);
                if (!statement.IsNull(0))
                    events.Add(Event(statement));
            }
        }
        finally
        {
            statement.Reset();
        }

        return events;
    }

    private List<RecordedEvent> HotLog(long afterPosition, int limit)
    {
        var statement = Operation("read-log");
        statement.Bind(1, afterPosition);
        statement.Bind(2, limit);
        return Rows(statement, Event);
    }

    private T InSnapshot<T>(Func<T> read)
    {
        database.Execute("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            database.Execute("COMMIT");
        }
    }

    private static List<Segment> Segments(SqliteStatement statement) => Rows(statement, row => new Segment(
        row.Text(0), row.Int64(1), row.Int64(2), (int)row.Int64(3), row.Bytes(4), row.Instant(5)));
}

/// <content>The archive.</content>
internal sealed partial class SqliteWriter
{
    private SqliteArchive? archive;

    public bool MoveOut(Segment segment, IReadOnlyList<ArchivedPart> parts) => Moved(() => Archive.MoveOut(segment, parts));

    public bool MoveBack(Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events) =>
        Moved(() => Archive.MoveBack(segment, parts, events));

    private SqliteArchive Archive => archive ??= new(database);

    private bool Moved(Action move)
    {
        try
        {
            return InTransaction(() =>
            {
                move();
                return true;
            });
        }
        catch (ChangedMeanwhileException)
        {
            return false;
        }
    }
}
