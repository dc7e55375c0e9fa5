using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shop.Audit.Facts;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Reading;

/// <summary>Which keys of data subjects must exist and which must be destroyed, by the log; compared with the keys that there are.</summary>
internal sealed class DataKeyReplay(AuditedStore store)
{
    private readonly Dictionary<Guid, bool> destroyed = [];
    private readonly Dictionary<string, Guid> used = new(StringComparer.Ordinal);

    /// <returns>False when the event is of another kind.</returns>
    /// <exception cref="UnreadableEventException">It cannot have happened.</exception>
    public bool Apply(RecordedEvent recorded, JsonElement data)
    {
        if (recorded.Type == "subject-erased-without-key.v1")
            return true;
        if (recorded.Type is not ("data-key-created.v1" or "personal-data-erased.v1"))
            return false;
        var keyId = data.GetProperty("keyId").GetGuid();
        if (recorded.Type == "data-key-created.v1")
        {
            if (!used.TryAdd(recorded.Stream, keyId))
                throw new UnreadableEventException("one key at a time", "another one");
            destroyed.Add(keyId, false);
        }
        else
        {
            if (!used.Remove(recorded.Stream, out var key) || key != keyId)
                throw new UnreadableEventException("an erasure of the key in use", $"one of {keyId}");
            destroyed[keyId] = true;
        }

        return true;
    }

    public async Task CompareAsync(StoreFacts facts, CancellationToken cancellationToken)
    {
        if (destroyed.Count == 0)
            return;
        await using var models = store.Engine.OpenReadModels();
        var found = new HashSet<Guid>();
        await foreach (var row in models.Query<DataKeyRow>().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            found.Add(row.KeyId);
            if (!destroyed.TryGetValue(row.KeyId, out var isErased))
                facts.Findings.Add(new($"key {row.KeyId}", "no row", "a row that the log does not account for"));
            else if (isErased != IsBlank(row))
                facts.Findings.Add(new($"key {row.KeyId}", isErased ? "destroyed" : "there", isErased ? "still there" : "destroyed"));
        }

        foreach (var (keyId, _) in destroyed.Where(key => !found.Contains(key.Key)))
            facts.Findings.Add(new($"key {keyId}", "a row", "none"));
    }

    private static bool IsBlank(DataKeyRow row) => row.MasterKeyId.All(character => character == '0') && Convert.FromBase64String(row.Wrapped).All(value => value == 0);
}
