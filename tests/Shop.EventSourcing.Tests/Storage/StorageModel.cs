using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

/// <summary>The storage contract in its simplest form: in memory, one write set after the other.</summary>
internal sealed class StorageModel
{
    public Dictionary<string, long> Streams { get; } = [];

    public HashSet<Guid> Handled { get; } = [];

    public HashSet<Guid> Outbox { get; } = [];

    public Dictionary<Guid, AccountRow> Accounts { get; } = [];

    public long Head { get; private set; }

    /// <summary>What fails takes with it what comes later in the group on its streams.</summary>
    public IEnumerable<(WriteOutcome, long, bool Refused)> Apply(IEnumerable<WriteSet> group)
    {
        var lost = new HashSet<string>();
        foreach (var set in group)
        {
            var streams = set.Appends.Select(append => append.Stream).ToList();
            var result = streams.Any(lost.Contains) ? (WriteOutcome.Conflict, Head, false) : Apply(set);
            if (result.Item1 != WriteOutcome.Committed)
                lost.UnionWith(streams);
            yield return result;
        }
    }

    private (WriteOutcome, long, bool Refused) Apply(WriteSet set)
    {
        var versions = new Dictionary<string, long>(Streams);
        foreach (var append in set.Appends)
        {
            var version = versions.GetValueOrDefault(append.Stream);
            if (append.ExpectedVersion != StreamAppend.AnyVersion && append.ExpectedVersion != version)
                return (WriteOutcome.Conflict, Head, false);
            versions[append.Stream] = version + append.Events.Count;
        }

        if (set.Inbox is { } entry && Handled.Contains(entry.MessageId))
            return (WriteOutcome.Duplicate, Head, false);
        if (set.Rows.Any(write => !write.Delete && ((AccountRow)write.Row).BalanceMinor < 0))
            return (WriteOutcome.Conflict, Head, true);

        Write(set, versions);
        return (WriteOutcome.Committed, Head, false);
    }

    private void Write(WriteSet set, Dictionary<string, long> versions)
    {
        Head += set.Appends.Sum(append => append.Events.Count);
        foreach (var (stream, version) in versions.Where(pair => pair.Value > 0))
            Streams[stream] = version;
        if (set.Inbox is { } entry)
            Handled.Add(entry.MessageId);
        Outbox.ExceptWith(set.OutboxDeletes);
        Outbox.UnionWith(set.Outbox.Select(message => message.Id));
        foreach (var write in set.Rows)
        {
            var row = (AccountRow)write.Row;
            if (write.Delete)
                Accounts.Remove(row.Id);
            else
                Accounts[row.Id] = row;
        }
    }
}
