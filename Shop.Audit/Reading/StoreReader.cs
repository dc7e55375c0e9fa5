using System.Text.Json;
using Shop.Audit.Facts;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Reading;

/// <summary>Reads one store from the first event to the last: into the books, and through its read models.</summary>
internal sealed class StoreReader(AuditedStore store, AuditInput input)
{
    private const int BatchSize = 5_000;
    private const int WaitingMax = 10_000;

    private readonly Dictionary<string, long> versions = new(StringComparer.Ordinal);
    private readonly ReadModelReplay readModels = new(store);
    private readonly DataKeyReplay dataKeys = new(store);

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var outbox = await store.Engine.ReadOutboxAsync(WaitingMax, cancellationToken);
        var parked = await store.Engine.ReadParkedAsync(WaitingMax, cancellationToken);
        var facts = new StoreFacts
        {
            Name = store.Name,
            ParkedMessages = parked.Count,
            Outbox = [.. outbox.Select(WaitingMessage.Of)],
        };
        input.Stores.Add(facts);

        var position = 0L;
        while (await store.Engine.ReadLogAsync(position, BatchSize, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var recorded in batch)
            {
                Check(facts, recorded, position);
                position = recorded.Position;
                Understand(facts, recorded);
            }

            facts.Events += batch.Count;
        }

        var head = await store.Engine.ReadHeadAsync(cancellationToken);
        if (head != position)
            facts.Findings.Add(new("log", $"its last event at position {head}", $"position {position}"));
        await readModels.CompareAsync(facts, position, cancellationToken);
        foreach (var aggregate in store.Snapshotted)
        {
            await foreach (var wrong in aggregate.FindWrongSnapshotsAsync(store.Engine, cancellationToken))
                facts.Findings.Add(new($"snapshot of {wrong.Stream}", $"what its events give at version {wrong.Version}", "another state; delete its row, it is not needed"));
        }
        await dataKeys.CompareAsync(facts, cancellationToken);
    }

    /// <summary>Positions and versions count 1, 2, 3, … without gaps.</summary>
    private void Check(StoreFacts facts, RecordedEvent recorded, long before)
    {
        if (recorded.Position != before + 1)
            facts.Findings.Add(new("log", $"position {before + 1}", $"position {recorded.Position} ({recorded.Stream})"));
        var version = versions.GetValueOrDefault(recorded.Stream);
        if (recorded.Version != version + 1)
            facts.Findings.Add(new(recorded.Stream, $"version {version + 1}", $"version {recorded.Version} at position {recorded.Position}"));
        versions[recorded.Stream] = recorded.Version;
    }

    private void Understand(StoreFacts facts, RecordedEvent recorded)
    {
        var place = $"{recorded.Stream} version {recorded.Version}";
        try
        {
            using var data = JsonDocument.Parse(recorded.Data);
            if (!dataKeys.Apply(recorded, data.RootElement) && !input.Books.Any(book => book.Apply(recorded, data.RootElement)))
                facts.Findings.Add(new(place, "an event whose stored name is known", recorded.Type));
        }
        catch (UnreadableEventException error)
        {
            facts.Findings.Add(new(place, error.Expected, error.Found));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            facts.Findings.Add(new(place, $"readable {recorded.Type}", error.Message));
        }

        if (readModels.Apply(recorded) is { } refusal)
            facts.Findings.Add(new(place, $"{recorded.Type} that its read model can apply", refusal));
    }
}
