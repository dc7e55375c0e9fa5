using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Shop.EventSourcing;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;

namespace Shop.Sealing;

/// <summary>Appends as fast as it can, in rounds of which every second one is sealed while it runs.</summary>
internal static class Comparison
{
    private const int Writers = 64;
    private const int EventsPerUnit = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);
    private static readonly string Text = new('x', 400);

    public static async Task RunAsync(string name, IStorageEngine engine, ProofKeys keys, string folder, int rounds)
    {
        await using var store = new EventStore(name, engine, [], TimeProvider.System);
        await store.OpenAsync([], default);
        var heads = new HeadFile(Path.Combine(folder, name + HeadFile.Extension));
        await AppendAsync(store);
        var (plain, withSealer) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds * 2; round++)
        {
            // Nothing is left over from the round before.
            await new Sealer(store, keys, heads).CatchUpAsync();
            using var stop = new CancellationTokenSource();
            var isSealed = round % 2 == 1;
            var sealing = isSealed ? new Sealer(store, keys, heads).RunAsync(stop.Token) : Task.CompletedTask;
            (isSealed ? withSealer : plain).Add(await AppendAsync(store));
            await stop.CancelAsync();
            await sealing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-10} {Median(plain):N0} events/s without, {Median(withSealer):N0} with sealing: {1 - (Median(withSealer) / Median(plain)):P1} slower (medians of {rounds} rounds each; {store.Position:N0} events)"));
    }

    /// <returns>Events per second.</returns>
    private static async Task<double> AppendAsync(EventStore store)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            for (; Stopwatch.GetElapsedTime(started) < Round; count += EventsPerUnit)
                await store.ExecuteAsync(NoteAsync);
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<bool> NoteAsync(UnitOfWork unit)
    {
        var note = await unit.LoadAsync(Note.Aggregate, Guid.CreateVersion7());
        return unit.Decide(() =>
        {
            for (var number = 0; number < EventsPerUnit; number++)
                note.Append(new Noted(Text));
            return true;
        });
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

internal sealed record Noted(string Text);

internal sealed record Note(int Count)
{
    public static readonly Aggregate<Note, Noted> Aggregate = new(
        "note", new(0), (note, _) => new(note.Count + 1), new EventTypes().Add("noted.v1", NoteJson.Default.Noted));
}

[JsonSerializable(typeof(Noted))]
internal sealed partial class NoteJson : JsonSerializerContext;
