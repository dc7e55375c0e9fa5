using System.Data;
using Npgsql;
using NpgsqlTypes;
using Shop.EventSourcing.Archive;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <content>The archive.</content>
public sealed partial class PostgreSqlEngine
{
    /// <summary>What <c>move_out</c> and <c>move_back</c> say when something is not as it was.</summary>
    private const string ChangedMeanwhile = "SH001";

    private const string SegmentsSql = "SELECT name, first_position, last_position, events, checksum, archived_at FROM segments WHERE name > $1 ORDER BY name LIMIT $2";
    private const string MoveOutSql = "SELECT move_out($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    private const string MoveBackSql = "SELECT move_back($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

    private static readonly string StreamSegmentsSql = EmbeddedSql.Read("PostgreSql", "read-stream-segments");
    private static readonly string LogSegmentsSql = EmbeddedSql.Read("PostgreSql", "read-log-segments");
    private static readonly string HotStreamsSql = EmbeddedSql.Read("PostgreSql", "read-hot-streams");

    public SegmentFolder? Segments { get; init; }

    public async Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(
        string stream, long afterVersion, long? toVersion, DateTimeOffset? until, int limit, CancellationToken cancellationToken)
    {
        var range = new StreamRange(stream, afterVersion, toVersion, until, limit);
        var rows = await QueryAsync(ReadStreamSql, StreamRow, cancellationToken, StreamValues(range));
        return rows is [var first, ..] && first.ArchivedVersion > afterVersion
            ? await ArchivedEvents.ReadAsync(() => ReadArchivedAsync(range, cancellationToken))
            : Hot(rows);
    }

    public async Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long afterPosition, int limit, CancellationToken cancellationToken)
    {
        var hot = await QueryAsync(readLogSql, Event, cancellationToken, afterPosition, limit);
        return ArchivedEvents.HasGap(afterPosition, hot)
            ? await ArchivedEvents.ReadAsync(() => ReadArchivedAsync(afterPosition, limit, cancellationToken))
            : hot;
    }

    public async Task<IReadOnlyList<HotStream>> ReadHotStreamsAsync(long afterId, int limit, CancellationToken cancellationToken) => await QueryAsync(
        HotStreamsSql, row => new HotStream(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), cancellationToken, afterId, limit);

    public async Task<IReadOnlyList<Segment>> ReadSegmentsAsync(string afterName, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(SegmentsSql, ReadSegment, cancellationToken, afterName, limit);

    public async Task<bool> MoveOutAsync(Segment segment, IReadOnlyList<ArchivedPart> parts, Lease lease, CancellationToken cancellationToken)
    {
        await using var command = Command(
            MoveOutSql, lease.Name, lease.Token, lease.Duration, segment.Name, segment.First, segment.Last, segment.Events, segment.Checksum,
            segment.ArchivedAt.UtcDateTime, Streams(parts), FirstVersions(parts), parts.Select(part => part.LastVersion).ToArray());
        return await MovedAsync(command, cancellationToken);
    }

    public async Task<bool> MoveBackAsync(
        Segment segment, IReadOnlyList<ArchivedPart> parts, IReadOnlyList<RecordedEvent> events, Lease lease, CancellationToken cancellationToken)
    {
        await using var command = Command(
            MoveBackSql, lease.Name, lease.Token, lease.Duration, segment.Name, Streams(parts), FirstVersions(parts),
            Column(events, recorded => recorded.Position), Column(events, recorded => recorded.Stream), Column(events, recorded => recorded.Version),
            Column(events, recorded => recorded.Id), Column(events, recorded => recorded.Type));
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = Column(events, recorded => recorded.Data) });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = Column(events, recorded => recorded.Metadata) });
        command.Parameters.Add(new() { Value = Column(events, recorded => recorded.RecordedAt.UtcDateTime) });
        return await MovedAsync(command, cancellationToken);
    }

    private static async Task<bool> MovedAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException changed) when (changed.SqlState == ChangedMeanwhile)
        {
            return false;
        }
    }

    /// <summary>Events and where the rest of them is, as of one moment.</summary>
    private async Task<IReadOnlyList<RecordedEvent>> ReadArchivedAsync(StreamRange range, CancellationToken cancellationToken)
    {
        await using var connection = await source.Connections.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var hot = Hot(await QueryAsync(connection, ReadStreamSql, StreamRow, cancellationToken, StreamValues(range)));
        var segments = await QueryAsync(connection, StreamSegmentsSql, ReadSegment, cancellationToken, range.Stream, range.AfterVersion, range.To);
        return ArchivedEvents.MergeStream(range, hot, segments, Segments);
    }

    /// <inheritdoc cref="ReadArchivedAsync(StreamRange, CancellationToken)"/>
    private async Task<IReadOnlyList<RecordedEvent>> ReadArchivedAsync(long afterPosition, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await source.Connections.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        for (var after = afterPosition; ; after += limit)
        {
            var hot = await QueryAsync(connection, ReadLogSql, Event, cancellationToken, after, limit);
            if (hot.Count == 0)
                return hot;
            var segments = await QueryAsync(connection, LogSegmentsSql, ReadSegment, cancellationToken, after, after + limit);
            if (ArchivedEvents.MergeLog(after, after + limit, hot, segments, Segments) is { Count: > 0 } merged)
                return merged;
        }
    }

    private static async Task<List<T>> QueryAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private static object[] StreamValues(StreamRange range) =>
        [range.Stream, range.AfterVersion, range.To, range.Until?.UtcDateTime ?? DateTime.MaxValue.ToUniversalTime(), range.Limit];

    private static List<RecordedEvent> Hot(List<(RecordedEvent? Event, long ArchivedVersion)> rows) => rows is [(null, _)] ? [] : rows.ConvertAll(row => row.Event!);

    private static (RecordedEvent? Event, long ArchivedVersion) StreamRow(NpgsqlDataReader row) => (row.IsDBNull(0) ? null : Event(row), row.GetInt64(8));

    private static Segment ReadSegment(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetFieldValue<byte[]>(4), row.GetFieldValue<DateTimeOffset>(5));

    private static string[] Streams(IReadOnlyList<ArchivedPart> parts) => [.. parts.Select(part => part.Stream)];

    private static long[] FirstVersions(IReadOnlyList<ArchivedPart> parts) => [.. parts.Select(part => part.FirstVersion)];

    private static T[] Column<T>(IReadOnlyList<RecordedEvent> events, Func<RecordedEvent, T> value) => [.. events.Select(value)];
}
