namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Moves events out of the hot tables and back, inside the writer's transaction.</summary>
internal sealed class SqliteArchive(SqliteHandle database)
{
    private readonly SqliteStatement mark = database.Prepare(
        "UPDATE streams SET archived_version = ?3 WHERE name = ?1 AND archived_version = ?2 - 1 AND version >= ?3");
    private readonly SqliteStatement delete = database.Prepare(
        "DELETE FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version BETWEEN ?2 AND ?3");
    private readonly SqliteStatement addPart = database.Prepare(
        "INSERT INTO archived_streams (stream_id, first_version, last_version, segment) SELECT id, ?2, ?3, ?4 FROM streams WHERE name = ?1");
    private readonly SqliteStatement addSegment = database.Prepare(
        "INSERT INTO segments (name, first_position, last_position, events, checksum, archived_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly SqliteStatement findLater = database.Prepare("SELECT 1 FROM events WHERE position > ?1");
    private readonly SqliteStatement deleteSegment = database.Prepare("DELETE FROM segments WHERE name = ?1");
    private readonly SqliteStatement deletePart = database.Prepare(
        "DELETE FROM archived_streams WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND first_version = ?2 AND segment = ?3");
    private readonly SqliteStatement unmark = database.Prepare("""
        UPDATE streams
        SET archived_version = coalesce((SELECT max(last_version) FROM archived_streams WHERE stream_id = streams.id), 0)
        WHERE name = ?1
        """);
    private readonly SqliteStatement putBack = database.Prepare("""
        INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
        SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8 FROM streams WHERE name = ?2
        """);

    public void MoveOut(Segment segment, IReadOnlyList<ArchivedPart> parts)
    {
        var deleted = 0;
        foreach (var part in parts)
        {
            Expect(1, Run(mark, part));
            deleted += Run(delete, part);
            addPart.Bind(4, segment.Name);
            Expect(1, Run(addPart, part));
        }

        Expect(segment.Events, deleted);
        findLater.Bind(1, segment.Last);
        if (!findLater.Step())
            throw new ChangedMeanwhileException();
        findLater.Reset();
        addSegment.Bind(1, segment.Name);
        addSegment.Bind(2, segment.First);
        addSegment.Bind(3, segment.Last);
        addSegment.Bind(4, segment.Events);
        addSegment.BindBlob(5, segment.Checksum);
        addSegment.Bind(6, segment.ArchivedAt);
        addSegment.Run();
    }

    public void MoveBack(Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events)
    {
        deleteSegment.Bind(1, segment.Name);
        deleteSegment.Run();
        Expect(1, database.Changes);
        foreach (var part in parts)
        {
            deletePart.Bind(1, part.Stream);
            deletePart.Bind(2, part.FirstVersion);
            deletePart.Bind(3, segment.Name);
            deletePart.Run();
            Expect(1, database.Changes);
        }

        foreach (var recorded in events)
        {
            putBack.Bind(1, recorded.Position);
            putBack.Bind(2, recorded.Stream);
            putBack.Bind(3, recorded.Version);
            putBack.Bind(4, recorded.Id);
            putBack.Bind(5, recorded.Type);
            putBack.BindText(6, recorded.Data);
            if (recorded.Metadata is { } metadata)
                putBack.BindText(7, metadata);
            else
                putBack.BindNull(7);
            putBack.Bind(8, recorded.RecordedAt);
            putBack.Run();
            Expect(1, database.Changes);
        }

        foreach (var part in parts)
        {
            unmark.Bind(1, part.Stream);
            unmark.Run();
        }
    }

    private int Run(SqliteStatement statement, ArchivedPart part)
    {
        statement.Bind(1, part.Stream);
        statement.Bind(2, part.FirstVersion);
        statement.Bind(3, part.LastVersion);
        statement.Run();
        return database.Changes;
    }

    private static void Expect(int expected, int changed)
    {
        if (changed != expected)
            throw new ChangedMeanwhileException();
    }
}

/// <summary>Something is not as it was when the segment was written; the transaction is undone.</summary>
internal sealed class ChangedMeanwhileException : Exception;
