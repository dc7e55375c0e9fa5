using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Protection;

/// <summary>What an erasure did.</summary>
/// <param name="KeyId">The key that was destroyed last; empty when there was none.</param>
/// <param name="KeysDestroyed">Of this subject, ever.</param>
/// <param name="Purged">
/// False: the key is destroyed, but the database's files may still hold its wrapped bytes, since somebody was reading all the time.
/// Erasing again tries again.
/// </param>
public sealed record Erasure(string Subject, Guid KeyId, string By, string Reason, DateTimeOffset ErasedAt, int KeysDestroyed, bool Purged);

/// <summary>Erases a data subject. Needs no master key.</summary>
public static class Erasing
{
    /// <summary>
    /// Destroys the key of a subject, durably, and records that it happened. What the key protected can never be read again, by anybody.
    /// Again, it changes nothing; once the subject has new data, it erases that.
    /// </summary>
    /// <param name="by">Who asked for it; stored for ever.</param>
    /// <param name="reason">Why; stored for ever, so without anything about the subject.</param>
    /// <param name="evenWithoutKey">
    /// Records it also of a subject for which nothing was ever protected: others may keep data of it, and <see cref="SubjectKey.WasErased"/> tells
    /// later who comes back.
    /// </param>
    /// <returns>The last erasure of this subject, or null when nothing was ever protected for it and none was recorded.</returns>
    public static async Task<Erasure?> EraseAsync(
        EventStore store, string subject, string by, string reason, bool evenWithoutKey = false, CancellationToken cancellationToken = default)
    {
        var at = store.Clock.GetUtcNow().TruncateToMicroseconds();
        var (state, _) = await store.ExecuteAsync(
            async unit =>
            {
                var handle = await unit.LoadAsync(DataSubject.Aggregate, subject, cancellationToken);
                return unit.Decide(() =>
                {
                    if (handle.State.Key is { } key)
                        unit.Write(DataKeyRow.Table.Upsert(DataKeyRow.Destroyed(key.KeyId, subject, key.CreatedAt)));
                    handle.Append(handle.State.Erase(by, reason, at, evenWithoutKey));
                    return handle.State;
                });
            },
            cancellationToken: cancellationToken);
        if (state.LastErasure is not { } last)
            return null;
        var purged = await store.Engine.PurgeAsync(DataKeyRow.Table, cancellationToken);
        return new(subject, last.KeyId, last.By, last.Reason, last.ErasedAt, state.Erasures, purged);
    }
}
