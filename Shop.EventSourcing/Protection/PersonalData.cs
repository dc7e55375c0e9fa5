using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Protection;

/// <summary>
/// Personal data of a store: sealed under a key per data subject before it comes near an event, opened for those who may see it, and
/// erased by destroying the key. The store's tables must contain <see cref="DataKeyRow.Table"/>. See docs/forgetting.md.
/// </summary>
public class PersonalData
{
    private const int RewrapBatch = 200;

    private readonly EventStore store;
    private readonly MasterKeys masterKeys;
    private readonly KeyCache cache = new();

    public PersonalData(EventStore store, MasterKeys masterKeys)
    {
        this.store = store;
        this.masterKeys = masterKeys;
        store.Followed += cache.Follow;
    }

    /// <summary>Keys in the memory of this process.</summary>
    public int CachedKeys => cache.Count;

    /// <summary>The key under which a unit of work protects what it writes of a subject; a new one when the subject has none.</summary>
    /// <param name="unit">It will conflict when the subject is erased before it commits. Open keys before other streams are loaded.</param>
    /// <param name="subject">Whose data it is, such as <c>customer:c-17</c>; an id, nothing personal in itself.</param>
    /// <exception cref="ConcurrencyConflictException">The key was destroyed a moment ago: start over.</exception>
    /// <exception cref="InvalidOperationException">The key cannot be unwrapped, or is missing although it was never destroyed.</exception>
    public async ValueTask<SubjectKey> OpenAsync(UnitOfWork unit, string subject, CancellationToken cancellationToken = default)
    {
        var handle = await unit.LoadAsync(DataSubject.Aggregate, subject, cancellationToken);
        if (unit.Decide(() => handle.State).Key is not { } used)
            return new(this, unit, handle, DataKey.New(subject, store.Clock.GetUtcNow().TruncateToMicroseconds()), isNew: true);
        if (await FindAsync(used.KeyId, cancellationToken) is { } key)
            return new(this, unit, handle, key, isNew: false);

        var (newest, _) = await store.ReadAsync(DataSubject.Aggregate, subject, cancellationToken);
        throw newest.Key == used && await FindAsync(used.KeyId, cancellationToken) is null
            ? new InvalidOperationException($"Key {used.KeyId} of {subject} is missing in table {DataKeyRow.Table.Name}, although it was never erased. Restore it from a backup, or erase the subject.")
            : new ConcurrencyConflictException($"The key of {subject} was destroyed.");
    }

    /// <summary>Opens a protected value.</summary>
    /// <returns>Null when it was erased, by any replica, before this call.</returns>
    /// <exception cref="InvalidOperationException">It was changed or moved, or this process lacks the master key.</exception>
    public async ValueTask<T?> RevealAsync<T>(Protected<T> value, JsonTypeInfo<T> json, string stream, string field, CancellationToken cancellationToken = default)
        where T : class
    {
        if (await FindAsync(value.Key, cancellationToken) is not { } key)
            return null;
        var (subject, _) = await store.ReadAsync(DataSubject.Aggregate, key.Subject, cancellationToken);
        if (subject.Key?.KeyId == key.Id)
            return key.Open(value, json, stream, field);
        cache.Remove(key.Id);
        return null;
    }

    /// <inheritdoc cref="Erasing.EraseAsync"/>
    public async Task<Erasure?> EraseAsync(string subject, string by, string reason, bool evenWithoutKey = false, CancellationToken cancellationToken = default)
    {
        var erasure = await Erasing.EraseAsync(store, subject, by, reason, evenWithoutKey, cancellationToken);
        if (erasure is not null)
            cache.Remove(erasure.KeyId);
        return erasure;
    }

    /// <summary>Ids of master keys under which keys are wrapped that this process could not open.</summary>
    public async Task<IReadOnlyList<string>> FindMissingMasterKeysAsync(CancellationToken cancellationToken = default)
    {
        var used = await DataKeyRow.ReadMasterKeyIdsAsync(store, cancellationToken);
        return [.. used.Where(id => !masterKeys.Has(id)).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Wraps all keys under the current master key, so that the others can be destroyed: then nothing opens the wrapped keys that
    /// backups and old WAL still hold. May run on several replicas, beside everything else, and be broken off.
    /// </summary>
    /// <returns>How many were wrapped anew.</returns>
    public async Task<int> RewrapAsync(CancellationToken cancellationToken = default)
    {
        // Nearly always so, and then a start need not wait for EF Core.
        if ((await DataKeyRow.ReadMasterKeyIdsAsync(store, cancellationToken)).All(id => id == masterKeys.CurrentId))
            return 0;
        var rewrapped = 0;
        while (await ReadForeignAsync(cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
                await RewrapAsync(row, cancellationToken);
            rewrapped += rows.Count;
        }

        if (rewrapped > 0)
            await store.Engine.PurgeAsync(DataKeyRow.Table, cancellationToken);
        return rewrapped;
    }

    /// <summary>Remembers a key that is about to be published, and wraps it.</summary>
    internal RowWrite Keep(DataKey key)
    {
        cache.Add(key);
        return DataKeyRow.Table.Upsert(masterKeys.Wrap(key));
    }

    private async ValueTask<DataKey?> FindAsync(Guid keyId, CancellationToken cancellationToken)
    {
        if (cache.Find(keyId) is { } known)
            return known;
        if (await DataKeyRow.FindAsync(store, keyId, cancellationToken) is not { } row || masterKeys.Unwrap(row) is not { } key)
            return null;
        cache.Add(key);
        return key;
    }

    private async Task<List<DataKeyRow>> ReadForeignAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        return await models.Query<DataKeyRow>().Where(row => row.MasterKeyId != masterKeys.CurrentId && row.MasterKeyId != DataKeyRow.DestroyedMark)
            .Take(RewrapBatch).ToListAsync(cancellationToken);
    }

    /// <summary>Checks the subject's version, so that a key which is destroyed at the same moment does not come back.</summary>
    private async Task RewrapAsync(DataKeyRow row, CancellationToken cancellationToken)
    {
        var key = masterKeys.Unwrap(row)!;
        await store.ExecuteAsync(
            async unit =>
            {
                var subject = await unit.LoadAsync(DataSubject.Aggregate, row.Subject, cancellationToken);
                var isUsed = unit.Decide(() => subject.State.Key?.KeyId == row.KeyId);
                unit.Write(DataKeyRow.Table.Upsert(isUsed ? masterKeys.Wrap(key) : DataKeyRow.Destroyed(row.KeyId, row.Subject, row.CreatedAt)));
                return true;
            },
            cancellationToken: cancellationToken);
    }
}

/// <summary>The personal data of one service's store, told apart in dependency injection by the service's module type.</summary>
public sealed class PersonalData<TModule>(EventStore<TModule> store, MasterKeys masterKeys) : PersonalData(store, masterKeys)
    where TModule : class;
