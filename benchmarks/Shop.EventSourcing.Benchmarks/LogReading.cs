using System.Diagnostics;
using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Benchmarks;

/// <summary>How fast the log is read from its beginning, as a rebuild reads it: the rows alone, and with the events decoded.</summary>
internal static class LogReading
{
    private const int Rounds = 5;
    private const int Batch = 2_000;
    private const int EventsPerStream = 5;

    public static async Task RunAsync(string name, Func<IStorageEngine> open, int events)
    {
        await using var engine = open();
        await engine.InitializeAsync([], default);
        foreach (var streams in Enumerable.Range(0, events / EventsPerStream).Chunk(500))
            await engine.CommitAsync([.. streams.Select(Set)], default);
        foreach (var decode in new[] { false, true })
        {
            var rates = new List<double>();
            for (var round = 0; round < Rounds; round++)
                rates.Add(await RateAsync(engine, decode));
            rates.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name}: {(decode ? "read and decode" : "read           ")} the log  {rates[Rounds / 2],9:N0} events/s (from {rates[0]:N0} to {rates[^1]:N0})"));
        }
    }

    private static async Task<double> RateAsync(IStorageEngine engine, bool decode)
    {
        var (position, read) = (0L, 0L);
        var started = Stopwatch.GetTimestamp();
        while (await engine.ReadLogAsync(position, Batch, default) is { Count: > 0 } batch)
        {
            if (decode)
            {
                foreach (var recorded in batch)
                    EventStore.Decode<MeterEvent>(Meter.Aggregate.Events, recorded);
            }

            position = batch[^1].Position;
            read += batch.Count;
        }

        return read / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static WriteSet Set(int stream) => new()
    {
        Appends = [new($"meter-{new Guid(stream, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8)}", 0, [.. Enumerable.Range(0, EventsPerStream).Select(Event)])],
    };

    private static NewEvent Event(int number)
    {
        var (type, data) = Meter.Aggregate.Events.Serialize(Meter.Read(number));
        return new(Guid.CreateVersion7(), type, data, "{\"causationId\":\"0199c1d2-1111-7222-8333-444455556666\"}"u8.ToArray(), DateTimeOffset.UnixEpoch.AddSeconds(number));
    }
}
