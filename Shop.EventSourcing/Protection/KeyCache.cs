using System.Collections.Concurrent;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Protection;

/// <summary>
/// Keys in memory. Having one here allows nothing: whoever opens something with it looks first whether the subject still has it.
/// </summary>
internal sealed class KeyCache
{
    private const int Capacity = 10_000;
    private readonly ConcurrentDictionary<Guid, DataKey> keys = [];

    public int Count => keys.Count;

    public DataKey? Find(Guid keyId) => keys.GetValueOrDefault(keyId);

    public void Add(DataKey key)
    {
        if (keys.Count >= Capacity)
            keys.Clear();
        keys[key.Id] = key;
    }

    public void Remove(Guid keyId) => keys.TryRemove(keyId, out _);

    /// <summary>Lets go of what another process has destroyed.</summary>
    public void Follow(IReadOnlyList<RecordedEvent> events)
    {
        foreach (var recorded in events)
        {
            if (!keys.IsEmpty && DataSubjectEvent.Types.TryDeserialize(recorded.Type, recorded.Data, out var @event) && @event is DataSubjectEvent.Erased erased)
                Remove(erased.KeyId);
        }
    }
}
