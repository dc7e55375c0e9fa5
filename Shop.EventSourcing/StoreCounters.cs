using System.Diagnostics.Metrics;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>What a store has done since it was opened; also published on the meter <c>Shop.EventSourcing</c>.</summary>
public sealed class StoreCounters(string store)
{
    private static readonly Meter Meter = new("Shop.EventSourcing");
    private static readonly Histogram<int> GroupSize = Meter.CreateHistogram<int>("shop.store.commit.group_size", "{write_set}");
    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>("shop.store.commit.duration", "s");
    private static readonly Counter<long> ConflictCount = Meter.CreateCounter<long>("shop.store.conflicts", "{write_set}");
    private static readonly Counter<long> DuplicateCount = Meter.CreateCounter<long>("shop.store.duplicates", "{message}");

    private readonly KeyValuePair<string, object?> tag = new("store", store);
    private long commits;
    private long writeSets;
    private long messages;
    private long conflicts;
    private long duplicates;

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
        GroupSize.Record(size, tag);
        CommitDuration.Record(duration.TotalSeconds, tag);
    }

    internal void MessageHandled() => Interlocked.Increment(ref messages);

    internal void Refused(WriteOutcome outcome)
    {
        if (outcome == WriteOutcome.Conflict)
        {
            Interlocked.Increment(ref conflicts);
            ConflictCount.Add(1, tag);
        }
        else
        {
            Interlocked.Increment(ref duplicates);
            DuplicateCount.Add(1, tag);
        }
    }
}
