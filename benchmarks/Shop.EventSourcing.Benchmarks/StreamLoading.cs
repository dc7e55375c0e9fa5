using System.Diagnostics;
using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Benchmarks;

/// <summary>How long a process that has just started takes to load a stream: the median of some loads, and the ratio of a long stream to a short one.</summary>
internal static class StreamLoading
{
    private const int Loads = 25;
    private const int PerUnit = 100;

    // Each twice: just after a snapshot, and just before the next one is due.
    private static readonly int[] Lengths = [100, 199, 100_000, 100_099];

    public static async Task RunAsync(string name, Func<IStorageEngine> open)
    {
        await FillAsync(open);
        var medians = new Dictionary<int, double>();
        foreach (var length in Lengths)
        {
            medians[length] = await MedianAsync(open, Meter.Aggregate, length, Loads);
            Print($"{name}: load {length,7:N0} events  {medians[length],9:N3} ms");
        }

        foreach (var length in new[] { 100, 100_000 })
            Print($"{name}: load {length,7:N0} events  {await MedianAsync(open, Meter.WithoutSnapshots, length, 5),9:N3} ms without snapshots");
        Print($"{name}: 100,000 to 100 events: ratio {medians[100_000] / medians[100]:N2}; 99 events after the last snapshot: {medians[100_099] / medians[199]:N2}");
    }

    private static async Task FillAsync(Func<IStorageEngine> open)
    {
        await using var store = await OpenAsync(open);
        foreach (var length in Lengths.Append(1))
        {
            for (var from = 0; from < length; from += PerUnit)
                await AppendAsync(store, length, from, Math.Min(PerUnit, length - from));
        }
    }

    private static async Task AppendAsync(EventStore store, int stream, int from, int count) => await store.ExecuteAsync(async unit =>
    {
        var meter = await unit.LoadAsync(Meter.Aggregate, Id(stream));
        return unit.Decide(() =>
        {
            meter.Append(Enumerable.Range(from, count).Select(Meter.Read));
            return meter.Version;
        });
    });

    private static async Task<double> MedianAsync(Func<IStorageEngine> open, Aggregate<Meter, MeterEvent> aggregate, int length, int loads)
    {
        var times = new List<double>();
        for (var load = 0; load < loads; load++)
        {
            await using var store = await OpenAsync(open);
            // The connection and its statements are there; the stream is not.
            for (var warm = 0; warm < 6; warm++)
                await store.ReadAsync(aggregate, $"warm-{warm}");
            await store.ReadAsync(aggregate, Id(1));
            var started = Stopwatch.GetTimestamp();
            var (state, version) = await store.ReadAsync(aggregate, Id(length));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (version != length || state.Readings != length)
                throw new InvalidOperationException($"The stream of {length} events was read as {version}.");
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task<EventStore> OpenAsync(Func<IStorageEngine> open)
    {
        var store = new EventStore("benchmark", open(), [], TimeProvider.System);
        await store.OpenAsync([], default);
        return store;
    }

    private static string Id(int length) => string.Create(CultureInfo.InvariantCulture, $"of-{length}");

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
