using System.Diagnostics.Metrics;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>What a store has done since it was opened; also published on the meter <c>Shop.EventSourcing</c>.</summary>
public sealed class StoreCounters
{
    public const string MeterName = "Shop.EventSourcing";

    private static readonly Meter Unowned = new(MeterName);
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Histogram<int> groupSize;
    private readonly Histogram<double> commitDuration;
    private readonly Counter<long> conflictCount;
    private readonly Counter<long> duplicateCount;
    private readonly KeyValuePair<string, object?> tag;
    private long commits;
    private long writeSets;
    private long messages;
    private long conflicts;
    private long duplicates;

    internal StoreCounters(string store, IMeterFactory? meters)
    {
        var meter = meters?.Create(MeterName) ?? Unowned;
        groupSize = meter.CreateHistogram("shop.store.commit.group_size", "{write_set}", "Write sets in one transaction.", tags: null, Sizes);
        commitDuration = meter.CreateHistogram("shop.store.commit.duration", "s", "Time to write one group.", tags: null, Seconds);
        conflictCount = meter.CreateCounter<long>("shop.store.conflicts", "{write_set}", "Write sets refused because a stream had moved on.");
        duplicateCount = meter.CreateCounter<long>("shop.store.duplicates", "{message}", "Messages that had been handled before.");
        tag = new("store", store);
    }

    /// <summary>Transactions committed.</summary>
    public long Commits => Volatile.Read(ref commits);

    /// <summary>Write sets in them.</summary>
    public long WriteSets => Volatile.Read(ref writeSets);

    /// <summary>Messages handled: write sets that carried an inbox entry.</summary>
    public long Messages => Volatile.Read(ref messages);

    /// <summary>Write sets refused because a stream had moved on; each was decided again.</summary>
    public long Conflicts => Volatile.Read(ref conflicts);

    /// <summary>Messages that had been handled before.</summary>
    public long Duplicates => Volatile.Read(ref duplicates);

    internal void GroupCommitted(int size, TimeSpan duration)
    {
        Interlocked.Increment(ref commits);
        Interlocked.Add(ref writeSets, size);
        groupSize.Record(size, tag);
        commitDuration.Record(duration.TotalSeconds, tag);
    }

    internal void MessageHandled() => Interlocked.Increment(ref messages);

    internal void Refused(WriteOutcome outcome)
    {
        if (outcome == WriteOutcome.Conflict)
        {
            Interlocked.Increment(ref conflicts);
            conflictCount.Add(1, tag);
        }
        else
        {
            Interlocked.Increment(ref duplicates);
            duplicateCount.Add(1, tag);
        }
    }
}
