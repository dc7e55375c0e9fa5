using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// State of recently used streams, with version. It may run ahead of the database by what is being committed: then
/// <see cref="Entry.Writer"/> is the unit of work that must commit first. All access to entries is under the store's gate.
/// </summary>
internal sealed class StreamCache(int capacity)
{
    private readonly long[] losses = new long[4096];
    private readonly Dictionary<string, (object State, long Version)> starts = new(StringComparer.Ordinal);
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

    /// <summary>Changes when an entry of this stream was lost: what was read before that may be older than what was written since.</summary>
    public long LossesOf(string stream) => losses[SlotOf(stream)];

    /// <summary>Two generations: what was not used while the young one filled up is dropped, unless it is being written.</summary>
    public void Add(Entry entry)
    {
        if (young.Count >= capacity)
        {
            foreach (var dropped in old.Values)
            {
                if (dropped.Writer is { IsPending: true })
                    young[dropped.Stream] = dropped;
                else
                    dropped.Evicted = true;
            }

            (young, old) = (new(StringComparer.Ordinal), young);
        }

        young[entry.Stream] = entry;
        starts.Remove(entry.Stream);
    }

    /// <summary>A stream that was begun without having been looked for exists now.</summary>
    public void Adopt(Entry begun)
    {
        begun.IsAssumed = false;
        if (TryGet(begun.Stream, out var known))
        {
            if (known.Version >= begun.Version)
                return;
            Evict(known);
        }

        Add(begun);
    }

    public void Evict(Entry entry)
    {
        entry.Evicted = true;
        losses[SlotOf(entry.Stream)]++;
        if (entry.Durable.Version > 0)
        {
            if (starts.Count >= capacity)
                starts.Clear();
            starts[entry.Stream] = entry.Durable;
        }

        if (young.TryGetValue(entry.Stream, out var current) && current == entry)
            young.Remove(entry.Stream);
        if (old.TryGetValue(entry.Stream, out current) && current == entry)
            old.Remove(entry.Stream);
    }

    /// <summary>
    /// The stream has this version now, by a write to an entry that had been evicted or by another process: an entry loaded before
    /// that is stale.
    /// </summary>
    public void Forget(string stream, long version)
    {
        losses[SlotOf(stream)]++;
        if (TryGet(stream, out var stale) && stale.Version < version)
            Evict(stale);
    }

    /// <summary>A durable state of a stream that was evicted: only what comes after it need be read.</summary>
    public (object State, long Version)? FindStart(string stream) => starts.TryGetValue(stream, out var start) ? start : null;

    /// <summary>Nothing is to be learned from this event.</summary>
    public bool Knows(RecordedEvent recorded) => TryGet(recorded.Stream, out var entry) && entry.Version >= recorded.Version;

    /// <summary>Takes in what another process appended: a state that stands right before it goes on with it, another is dropped.</summary>
    /// <param name="event">Decoded, or null when it cannot be.</param>
    public void Follow(RecordedEvent recorded, IStreamFold? fold, object? @event)
    {
        if (!TryGet(recorded.Stream, out var entry))
        {
            // Whoever is reading the stream may have missed it.
            losses[SlotOf(recorded.Stream)]++;
            if (recorded.Version == 1 && fold is not null && @event is not null)
                Add(new(recorded.Stream, fold.Evolve(fold.Initial, @event), 1));
        }
        else if (entry.Version < recorded.Version)
        {
            if (entry.Version == recorded.Version - 1 && entry.Writer is not { IsPending: true } && fold is not null && @event is not null)
                entry.GoOn(fold.Evolve(entry.State, @event), recorded.Version);
            else
                Evict(entry);
        }
    }

    private static int SlotOf(string stream) => stream.GetHashCode(StringComparison.Ordinal) & 4095;

    internal sealed class Entry(string stream, object state, long version)
    {
        public string Stream { get; } = stream;

        public object State { get; set; } = state;

        public long Version { get; set; } = version;

        /// <summary>The newest state that is known to be in the database.</summary>
        public (object State, long Version) Durable { get; private set; } = (state, version);

        /// <summary>Who wrote the state last, in this process.</summary>
        public UnitOfWork? Writer { get; set; }

        public bool Evicted { get; set; }

        /// <summary>Taken for a stream that does not exist, by one unit of work and known to no other.</summary>
        public bool IsAssumed { get; set; }

        /// <summary>Loading it took long.</summary>
        public bool NeedsSnapshot { get; set; }

        public void Confirm(object durable, long durableVersion)
        {
            if (durableVersion > Durable.Version)
                Durable = (durable, durableVersion);
        }

        public void GoOn(object durable, long durableVersion)
        {
            (State, Version, Writer) = (durable, durableVersion, null);
            Confirm(durable, durableVersion);
        }
    }
}
