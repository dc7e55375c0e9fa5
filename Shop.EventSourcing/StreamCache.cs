namespace Shop.EventSourcing;

/// <summary>
/// State of recently used streams, with version. It may run ahead of the database by what is being committed: then
/// <see cref="Entry.Writer"/> is the unit of work that must commit first. All access to entries is under the store's gate.
/// </summary>
internal sealed class StreamCache(int capacity)
{
    private Dictionary<string, Entry> young = new(StringComparer.Ordinal);
    private Dictionary<string, Entry> old = new(StringComparer.Ordinal);

    public bool TryGet(string stream, out Entry entry)
    {
        if (young.TryGetValue(stream, out entry!))
            return true;
        if (!old.Remove(stream, out entry!))
            return false;
        Add(entry);
        return true;
    }

    /// <summary>Two generations: what was not used while the young one filled up is dropped, unless it is being written.</summary>
    public void Add(Entry entry)
    {
        if (young.Count >= capacity)
        {
            foreach (var writing in old.Values.Where(candidate => candidate.Writer is { IsPending: true }))
                young[writing.Stream] = writing;
            (young, old) = (new(StringComparer.Ordinal), young);
        }

        young[entry.Stream] = entry;
    }

    public void Evict(Entry entry)
    {
        entry.Evicted = true;
        if (young.TryGetValue(entry.Stream, out var current) && current == entry)
            young.Remove(entry.Stream);
        if (old.TryGetValue(entry.Stream, out current) && current == entry)
            old.Remove(entry.Stream);
    }

    internal sealed class Entry(string stream, object state, long version)
    {
        public string Stream { get; } = stream;

        public object State { get; set; } = state;

        public long Version { get; set; } = version;

        /// <summary>Who wrote the state last, in this process.</summary>
        public UnitOfWork? Writer { get; set; }

        public bool Evicted { get; set; }
    }
}
