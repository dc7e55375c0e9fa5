using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <content>Streams and the log, wherever their events are.</content>
public sealed partial class SqlServerEngine
{
    /// <summary>Behind every character of a name.</summary>
    private const char BehindAll = '\uffff';

    public SegmentFolder? Segments { get; init; }

    public async Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken)
    {
        if (!Names.IsPossible(stream))
            return [];
        var range = new StreamRange(stream, afterVersion, toVersion, until, limit);
        var rows = await QueryAsync("read-stream", StreamRow, cancellationToken, StreamValues(range));
        return rows is [var first, ..] && first.ArchivedVersion > afterVersion
            ? await ArchivedEvents.ReadAsync(() => ReadArchivedAsync(range, cancellationToken))
            : Hot(rows);
    }

    public async Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken)
    {
        var hot = await QueryAsync("read-log", Event, cancellationToken, ("@after", afterPosition), ("@limit", limit));
        return ArchivedEvents.HasGap(afterPosition, hot)
            ? await ArchivedEvents.ReadAsync(() => ReadArchivedAsync(afterPosition, limit, cancellationToken))
            : hot;
    }

    public async Task<IReadOnlyList<StreamEntry>> ReadStreamNamesAsync(string prefix, string after, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(
            "read-stream-names", row => new StreamEntry(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken,
            ("@prefix", prefix), ("@end", prefix + BehindAll), ("@after", after), ("@limit", limit));

    public async Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken) => await QueryAsync(
        "read-hot-streams", row => new HotStream(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), cancellationToken,
        ("@after", afterId), ("@limit", limit));

    public async Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken) =>
        await QueryAsync("read-segments", ReadSegment, cancellationToken, ("@after", afterName), ("@limit", limit));

    public Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken) => MoveAsync(
        "move_out @lease, @token, @milliseconds, @name, @first, @last, @events, @checksum, @archived_at, @parts", parts,
        [
            .. LeaseValues(lease), ("@name", segment.Name), ("@first", segment.First), ("@last", segment.Last), ("@events", segment.Events),
            ("@checksum", segment.Checksum), ("@archived_at", segment.ArchivedAt),
        ],
        cancellationToken);

    public Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken)
    {
        var rows = GroupTypes.ArchivedEvents();
        foreach (var recorded in events)
        {
            rows.Add(
                recorded.Position, recorded.Stream, recorded.Version, recorded.Id, recorded.Type, recorded.Data, recorded.Metadata, recorded.RecordedAt);
        }

        return MoveAsync(
            "move_back @lease, @token, @milliseconds, @name, @parts, @events", parts,
            [.. LeaseValues(lease), ("@name", segment.Name), ("@events", rows)], cancellationToken);
    }

    private async Task<bool> MoveAsync(string call, IReadOnlyList<ArchivedPart> parts, (string, object?)[] values, CancellationToken cancellationToken)
    {
        var rows = GroupTypes.Parts();
        foreach (var part in parts)
            rows.Add(part.Stream, part.FirstVersion, part.LastVersion);
        try
        {
            return await CallAsync(call, [], [.. values, ("@parts", rows)], cancellationToken);
        }
        catch (SqlException changed) when (changed.Number == SqlServerFailures.ChangedMeanwhile)
        {
            return false;
        }
    }

    /// <summary>Events and where the rest of them is, as of one moment.</summary>
    private Task<List<RecordedEvent>> ReadArchivedAsync(StreamRange range, CancellationToken cancellationToken) => source.SnapshotAsync(
        async (connection, transaction) =>
        {
            var hot = Hot(await QueryAsync(connection, transaction, "read-stream", StreamRow, StreamValues(range), cancellationToken));
            var segments = await QueryAsync(
                connection, transaction, "read-stream-segments", ReadSegment,
                [("@stream", range.Stream), ("@after", range.AfterVersion), ("@to", range.To)], cancellationToken);
            return ArchivedEvents.MergeStream(range, hot, segments, Segments);
        },
        cancellationToken);

    /// <inheritdoc cref="ReadArchivedAsync(StreamRange, CancellationToken)"/>
    private Task<List<RecordedEvent>> ReadArchivedAsync(long afterPosition, int limit, CancellationToken cancellationToken) => source.SnapshotAsync(
        async (connection, transaction) =>
        {
            for (var after = afterPosition; ; after += limit)
            {
                var hot = await QueryAsync(connection, transaction, "read-log", Event, [("@after", after), ("@limit", limit)], cancellationToken);
                if (hot.Count == 0)
                    return hot;
                var segments = await QueryAsync(
                    connection, transaction, "read-log-segments", ReadSegment, [("@after", after), ("@to", after + limit)], cancellationToken);
                if (ArchivedEvents.MergeLog(after, after + limit, hot, segments, Segments) is { Count: > 0 } merged)
                    return merged;
            }
        },
        cancellationToken);

    private static (string, object?)[] StreamValues(StreamRange range) =>
    [
        ("@stream", range.Stream), ("@after", range.AfterVersion), ("@to", range.To), ("@until", range.Until is { } until ? until : SqlValues.EndOfTime),
        ("@limit", range.Limit),
    ];

    private static List<RecordedEvent> Hot(List<(RecordedEvent? Event, long ArchivedVersion)> rows) => rows is [(null, _)] ? [] : rows.ConvertAll(row => row.Event!);

    private static (RecordedEvent? Event, long ArchivedVersion) StreamRow(SqlDataReader row) => (row.IsDBNull(0) ? null : Event(row), row.GetInt64(8));

    private static Segment ReadSegment(SqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetBytes(4), row.GetInstant(5));
}
