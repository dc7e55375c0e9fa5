using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Measuring;

namespace Shop.Messaging.Operating;

/// <summary>A message that is to be sent at an instant, in the store that will send it.</summary>
public sealed record ScheduledMessage(string Store, OutboxMessage Message);

/// <summary>Deadlines, leases, retries: messages with a due time, in all stores of this process. Look, send now, take back.</summary>
public sealed class ScheduledMessages(IEnumerable<EventStore> stores, TimeProvider clock)
{
    /// <summary>By due time, the soonest first; what is due already is on its way.</summary>
    /// <param name="after">Place of the last one of the page before, as <see cref="PlaceOf"/> says it; null for the first page.</param>
    /// <exception cref="DomainException"><paramref name="after"/> is no place.</exception>
    public async Task<IReadOnlyList<ScheduledMessage>> ListAsync(string? after, int limit, CancellationToken cancellationToken = default)
    {
        var place = Parse(after) ?? new(clock.GetUtcNow(), Guid.Empty);
        var found = new List<ScheduledMessage>();
        foreach (var store in stores)
            found.AddRange((await store.Engine.ReadScheduledAsync(place, limit, cancellationToken)).Select(message => new ScheduledMessage(store.Name, message)));
        return [.. found.OrderBy(entry => entry.Message.DueAt).ThenBy(entry => entry.Message.Id.ToString("N"), StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>Sends it at once instead of at its time. It keeps its id, so that the time cannot bring it again.</summary>
    /// <returns>False when no such message is scheduled: it has left, or was taken back.</returns>
    public Task<bool> RunNowAsync(Guid id, string who, string reason, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new(who, "scheduled-message-run-now", Target(id), reason), (unit, message) => unit.Send(message with { DueAt = null }), cancellationToken);

    /// <summary>Takes it back for good: what it was to bring about will not happen by itself.</summary>
    /// <returns>False when no such message is scheduled: it has left, or was taken back.</returns>
    public Task<bool> CancelAsync(Guid id, string who, string reason, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new(who, "scheduled-message-cancelled", Target(id), reason), (_, _) => { }, cancellationToken);

    public static string PlaceOf(OutboxMessage message) =>
        string.Create(CultureInfo.InvariantCulture, $"{message.DueAt!.Value.ToUnixMicroseconds()}.{message.Id:D}");

    /// <summary>The order that it is about, if it can be read and says so.</summary>
    public static Guid? OrderOf(OutboxMessage message) => OrderScope.Of(message.Body);

    private async Task<bool> ChangeAsync(Guid id, OperatorActed acted, Action<UnitOfWork, OutboxMessage> change, CancellationToken cancellationToken)
    {
        foreach (var store in stores)
        {
            if (await store.Engine.FindOutboxAsync(id, cancellationToken) is not { DueAt: { } dueAt } message || dueAt <= clock.GetUtcNow())
                continue;
            await store.ExecuteAsync(
                async unit =>
                {
                    unit.RecordOperatorAction(acted);
                    unit.CancelScheduled(id);
                    change(unit, message);
                    return true;
                },
                cancellationToken: cancellationToken);
            return true;
        }

        return false;
    }

    private static string Target(Guid id) => $"message {id:D}";

    private static ScheduledPlace? Parse(string? text)
    {
        if (text is null)
            return null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds <= DateTimeOffset.MaxValue.ToUnixMicroseconds() && Guid.TryParse(text.AsSpan(dot + 1), out var id)
                ? new(Instants.FromUnixMicroseconds(microseconds), id)
                : throw new DomainException("invalid-request", "Give the value of next from the page before, or leave it out.") { Field = "after" };
    }
}
