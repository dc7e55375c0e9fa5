namespace Shop.EventSourcing.Storage.Sqlite;

/// <content>What operators look at.</content>
public sealed partial class SqliteEngine
{
    public Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(Guid afterId, ParkedGroup? group, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<ParkedMessage>>(reader => reader.Parked(afterId, group, limit), cancellationToken);

    public Task<ParkedMessage?> FindParkedAsync(Guid id, CancellationToken cancellationToken) => Read(reader => reader.FindParked(id), cancellationToken);

    public Task<IReadOnlyList<ParkedGroupStatus>> ReadParkedGroupsAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<ParkedGroupStatus>>(reader => reader.ParkedGroups(), cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadScheduledAsync(ScheduledPlace? after, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<OutboxMessage>>(reader => reader.Scheduled(after, limit), cancellationToken);

    public Task<OutboxMessage?> FindOutboxAsync(Guid id, CancellationToken cancellationToken) => Read(reader => reader.FindOutbox(id), cancellationToken);

    public Task<IReadOnlyList<WaitingMessages>> ReadWaitingAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<WaitingMessages>>(reader => reader.Waiting(now), cancellationToken);

    public Task<IReadOnlyList<StreamEntry>> ReadStreamNamesAsync(string prefix, string after, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<StreamEntry>>(reader => reader.StreamNames(prefix, after, limit), cancellationToken);
}

/// <content>What operators look at.</content>
internal sealed partial class SqliteReader
{
    public List<ParkedMessage> Parked(Guid afterId, ParkedGroup? group, int limit)
    {
        var statement = Operation("read-parked-after");
        statement.Bind(1, afterId);
        statement.Bind(2, group?.Endpoint ?? "");
        statement.Bind(3, group?.MessageType ?? "");
        statement.Bind(4, group?.Failure ?? "");
        statement.Bind(5, limit);
        return Rows(statement, Parked);
    }

    public ParkedMessage? FindParked(Guid id)
    {
        var statement = Statement(
            "SELECT id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at FROM parked_messages WHERE id = ?1");
        statement.Bind(1, id);
        return Rows(statement, Parked).FirstOrDefault();
    }

    public List<ParkedGroupStatus> ParkedGroups() => Rows(
        Operation("read-parked-groups"), row => new ParkedGroupStatus(new(row.Text(0), row.Text(1), row.Text(2)), row.Int64(3), row.Instant(4), row.Instant(5)));

    public List<OutboxMessage> Scheduled(ScheduledPlace? after, int limit)
    {
        var statement = Operation("read-scheduled");
        statement.Bind(1, after?.DueAt ?? DateTimeOffset.UnixEpoch);
        statement.Bind(2, after?.Id ?? Guid.Empty);
        statement.Bind(3, limit);
        return OutboxMessages(statement);
    }

    public OutboxMessage? FindOutbox(Guid id)
    {
        var statement = Statement("SELECT id, destination, content_type, message_type, body, headers, created_at, due_at FROM outbox WHERE id = ?1");
        statement.Bind(1, id);
        return OutboxMessages(statement).FirstOrDefault();
    }

    public List<WaitingMessages> Waiting(DateTimeOffset now)
    {
        var statement = Operation("read-waiting");
        statement.Bind(1, now);
        statement.Bind(2, WaitingMessages.CountedAtMost);
        return Rows(statement, row => new WaitingMessages(row.Text(0), row.Int64(1), row.Instant(2)));
    }

    public List<StreamEntry> StreamNames(string prefix, string after, int limit)
    {
        var statement = Operation("read-stream-names");
        statement.Bind(1, prefix);
        statement.Bind(2, after);
        statement.Bind(3, limit);
        return Rows(statement, row => new StreamEntry(row.Text(0), row.Int64(1), row.Int64(2)));
    }

    private static ParkedMessage Parked(SqliteStatement row) => new(
        row.Id(0), row.Text(1), row.IdOrNull(2), row.Text(3), row.Text(4), row.Bytes(5), row.TextOrNull(6), row.Text(7), row.Text(8), row.Instant(9));
}
