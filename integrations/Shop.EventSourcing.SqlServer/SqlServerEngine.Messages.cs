using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <content>The outbox and parked messages.</content>
public sealed partial class SqlServerEngine
{
    public async Task<IReadOnlyList<OutboxMessage>> ClaimOutboxAsync(
        DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly, CancellationToken cancellationToken)
    {
        var from = scheduledOnly ? DateTimeOffset.UnixEpoch : DateTimeOffset.MinValue;
        var claimed = await QueryOnceAsync(
            "claim-outbox", Message, [("@now", now), ("@until", now + claim), ("@limit", limit), ("@from", from)], cancellationToken);
        claimed.Sort((left, right) => (left.CreatedAt, left.Id).CompareTo((right.CreatedAt, right.Id)));
        return claimed;
    }

    public async Task ReleaseOutboxClaimsAsync(IReadOnlyCollection<Guid>? messageIds, CancellationToken cancellationToken)
    {
        if (messageIds is null)
            await ExecuteAsync("release-outbox-all", cancellationToken);
        else if (messageIds.Count > 0)
            await ExecuteAsync("release-outbox", cancellationToken, ("@ids", GroupTypes.Ids(messageIds)));
    }

    public async Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        await QueryAsync("read-outbox", Message, cancellationToken, ("@limit", limit));

    public async Task<IReadOnlySet<Guid>> FindOutboxAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) => messageIds.Count == 0
        ? new HashSet<Guid>()
        : (await QueryAsync("find-outbox-ids", row => row.GetGuid(0), cancellationToken, ("@ids", GroupTypes.Ids(messageIds)))).ToHashSet();

    public async Task<OutboxStatus> ReadOutboxStatusAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (await QueryAsync("read-outbox-status", Status, cancellationToken, ("@now", now), ("@limit", OutboxStatus.CountedAtMost)))[0];

    public async Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(int limit, CancellationToken cancellationToken) =>
        await QueryAsync("read-parked", Parked, cancellationToken, ("@limit", limit));

    public async Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(Guid afterId, ParkedGroup? group, int limit, CancellationToken cancellationToken) =>
        await QueryAsync(
            "read-parked-after", Parked, cancellationToken, ("@after", afterId), ("@endpoint", group?.Endpoint ?? ""), ("@type", group?.MessageType ?? ""),
            ("@failure", group?.Failure ?? ""), ("@limit", limit));

    public async Task<ParkedMessage?> FindParkedAsync(Guid id, CancellationToken cancellationToken) =>
        (await QueryAsync("find-parked", Parked, cancellationToken, ("@id", id))).FirstOrDefault();

    public async Task<IReadOnlyList<ParkedGroupStatus>> ReadParkedGroupsAsync(CancellationToken cancellationToken) => await QueryAsync(
        "read-parked-groups",
        row => new ParkedGroupStatus(new(row.GetString(0), row.GetString(1), row.GetString(2)), row.GetInt64(3), row.GetInstant(4), row.GetInstant(5)),
        cancellationToken);

    public async Task<IReadOnlyList<OutboxMessage>> ReadScheduledAsync(ScheduledPlace? after, int limit, CancellationToken cancellationToken) => await QueryAsync(
        "read-scheduled", Message, cancellationToken, ("@due", after?.DueAt ?? DateTimeOffset.UnixEpoch), ("@id", after?.Id ?? Guid.Empty), ("@limit", limit));

    public async Task<OutboxMessage?> FindOutboxAsync(Guid id, CancellationToken cancellationToken) =>
        (await QueryAsync("find-outbox", Message, cancellationToken, ("@id", id))).FirstOrDefault();

    public async Task<IReadOnlyList<WaitingMessages>> ReadWaitingAsync(DateTimeOffset now, CancellationToken cancellationToken) => await QueryAsync(
        "read-waiting", row => new WaitingMessages(row.GetString(0), row.GetInt64(1), row.GetInstant(2)), cancellationToken,
        ("@now", now), ("@limit", WaitingMessages.CountedAtMost));

    private static OutboxMessage Message(SqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBytes(4), row.GetOrNull<string>(5), row.GetInstant(6),
        row.IsDBNull(7) ? null : row.GetInstant(7));

    private static OutboxStatus Status(SqlDataReader row) => new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInstant(1), row.GetInt64(2));

    private static ParkedMessage Parked(SqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetBytes(5), row.GetOrNull<string>(6),
        row.GetString(7), row.GetString(8), row.GetInstant(9));
}
