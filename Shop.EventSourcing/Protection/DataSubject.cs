namespace Shop.EventSourcing.Protection;

/// <summary>
/// Whose personal data it is. Its stream says which key protects what is written now, and when keys were destroyed; so a write that
/// uses a key and an erasure meet in the version of one stream, on any number of replicas.
/// </summary>
/// <param name="Key">The key in use, or null.</param>
/// <param name="LastErasure">Null: it was never erased. With an empty key id: it was, and had no key.</param>
/// <param name="Erasures">How many keys were destroyed.</param>
public sealed record DataSubject(DataSubjectEvent.KeyCreated? Key, DataSubjectEvent.Erased? LastErasure, int Erasures)
{
    public static readonly DataSubject Initial = new(null, null, 0);

    public static readonly Aggregate<DataSubject, DataSubjectEvent> Aggregate = new("subject", Initial, Evolve, DataSubjectEvent.Types);

    public static DataSubject Evolve(DataSubject state, DataSubjectEvent @event) => @event switch
    {
        DataSubjectEvent.KeyCreated created => state with { Key = created },
        DataSubjectEvent.Erased erased => new(null, erased, state.Erasures + 1),
        DataSubjectEvent.ErasedWithoutKey erased => state with { LastErasure = new(Guid.Empty, erased.By, erased.Reason, erased.ErasedAt) },
        _ => throw new InvalidOperationException($"Unknown event {@event.GetType().Name}."),
    };

    /// <summary>Destroys the key in use; nothing when there is none.</summary>
    /// <param name="evenWithoutKey">A subject that never had a key is noted as erased all the same, once.</param>
    public IReadOnlyList<DataSubjectEvent> Erase(string by, string reason, DateTimeOffset at, bool evenWithoutKey) =>
        Key is { } key ? [new DataSubjectEvent.Erased(key.KeyId, by, reason, at)]
        : evenWithoutKey && LastErasure is null ? [new DataSubjectEvent.ErasedWithoutKey(by, reason, at)]
        : [];
}
