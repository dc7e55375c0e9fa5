namespace Shop.EventSourcing.Storage.PostgreSql;

/// <content>What operators look at.</content>
public sealed partial class PostgreSqlEngine
{
    private static readonly string ParkedAfterSql = EmbeddedSql.Read("PostgreSql", "read-parked-after");
    private static readonly string ParkedGroupsSql = EmbeddedSql.Read("PostgreSql", "read-parked-groups");
    private static readonly string ScheduledSql = EmbeddedSql.Read("PostgreSql", "read-scheduled");
    private static readonly string WaitingSql = EmbeddedSql.Read("PostgreSql", "read-waiting");
    private static readonly string StreamNamesSql = EmbeddedSql.Read("PostgreSql", "read-stream-names");

    public async Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(Guid afterId, ParkedGroup? group, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(ParkedAfterSql, Parked, cancellationToken, afterId, group?.Endpoint ?? "", group?.MessageType ?? "", group?.Failure ?? "", limit);

    public async Task<ParkedMessage?> FindParkedAsync(Guid id, CancellationToken cancellationToken) => (await QueryAsync(
        "SELECT id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at FROM parked_messages WHERE id = $1",
        Parked, cancellationToken, id)).FirstOrDefault();

    public async Task<IReadOnlyList<ParkedGroupStatus>> ReadParkedGroupsAsync(CancellationToken cancellationToken) => await QueryAsync(
        ParkedGroupsSql,
        row => new ParkedGroupStatus(
            new(row.GetString(0), row.GetString(1), row.GetString(2)), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5)),
        cancellationToken);

    public async Task<IReadOnlyList<OutboxMessage>> ReadScheduledAsync(ScheduledPlace? after, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(ScheduledSql, Message, cancellationToken, (after?.DueAt ?? DateTimeOffset.UnixEpoch).UtcDateTime, after?.Id ?? Guid.Empty, limit);

    public async Task<OutboxMessage?> FindOutboxAsync(Guid id, CancellationToken cancellationToken) => (await QueryAsync(
        "SELECT id, destination, content_type, message_type, body, headers, created_at, due_at FROM outbox WHERE id = $1", Message, cancellationToken, id)).FirstOrDefault();

    public async Task<IReadOnlyList<WaitingMessages>> ReadWaitingAsync(DateTimeOffset now, CancellationToken cancellationToken) => await QueryAsync(
        WaitingSql, row => new WaitingMessages(row.GetString(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2)), cancellationToken,
        now.UtcDateTime, WaitingMessages.CountedAtMost);

    public async Task<IReadOnlyList<StreamEntry>> ReadStreamNamesAsync(string prefix, string after, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(StreamNamesSql, row => new StreamEntry(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken, prefix, after, limit);
}
