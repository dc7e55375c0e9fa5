using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// Finds what was done to a log from what does not fit its seals. Events are recognised by their digests wherever they
/// are now, so that one event put in between is one finding, though it moves all after it.
/// </summary>
internal sealed class LogComparison
{
    private readonly SortedDictionary<long, Misfit> misfits = [];

    /// <summary>True when an event beyond the seals may be one that belongs further ahead.</summary>
    public bool HasMisfits => misfits.Count > 0;

    public void Compare(long position, Place place, ReadOnlySpan<byte> digest, RecordedEvent? found)
    {
        if (found is null)
        {
            misfits[position] = new(new(position, place, Convert.ToHexString(digest)), null);
            return;
        }

        Span<byte> actual = stackalloc byte[EventDigest.Bytes];
        EventDigest.Compute(found, actual);
        if (!actual.SequenceEqual(digest) || found.Version != place.Version || found.Stream != place.Stream)
            misfits[position] = new(new(position, place, Convert.ToHexString(digest)), new(position, new(found.Stream, found.Version), Convert.ToHexString(actual)));
    }

    /// <summary>An event at a position that no seal covers.</summary>
    public void AddUnsealed(RecordedEvent found) =>
        misfits[found.Position] = new(null, new(found.Position, new(found.Stream, found.Version), Convert.ToHexString(EventDigest.Of(found))));

    /// <param name="sealedTo">What comes later and belongs nowhere else is only not sealed yet.</param>
    public IEnumerable<Tampering> Findings(long sealedTo)
    {
        var expectedAt = Index(misfits.Values.Select(misfit => misfit.Expected));
        var foundAt = Index(misfits.Values.Select(misfit => misfit.Found));
        var cut = CutFrom(foundAt, sealedTo);
        var order = new Order(misfits, expectedAt, foundAt);
        foreach (var (position, (expected, found)) in misfits)
        {
            if (position == cut)
            {
                yield return new(TamperingKind.CutOff, position, expected!.Place, $"{sealedTo - position + 1} sealed events from here on are gone");
                yield break;
            }

            var cameFrom = found is not null && expectedAt.TryGetValue(found.Digest, out var origin) ? origin : (long?)null;
            var wentTo = expected is not null && foundAt.TryGetValue(expected.Digest, out var target) ? target : (long?)null;
            var isForeign = found is not null && cameFrom is null;
            if (isForeign && (expected is null || wentTo is not null) && position <= sealedTo)
                yield return new(TamperingKind.Inserted, position, found!.Place, "an event that was never sealed");
            if (expected is null)
                continue;
            if (wentTo is null)
            {
                yield return isForeign
                    ? new(TamperingKind.Edited, position, expected.Place, Difference(expected, found!))
                    : new(TamperingKind.Deleted, position, expected.Place, "the event that was sealed is gone");
            }
            else if (wentTo == position)
            {
                yield return new(TamperingKind.Edited, position, expected.Place, $"it stands as {found!.Place.Stream} version {found.Place.Version}");
            }
            else if (wentTo == cameFrom)
            {
                if (position < wentTo)
                    yield return new(TamperingKind.Swapped, position, expected.Place, $"it has changed places with position {wentTo}, {found!.Place.Stream} version {found.Place.Version}");
            }
            else if (!order.IsKept(position, wentTo.Value))
            {
                yield return new(TamperingKind.Moved, position, expected.Place, $"it stands at position {wentTo}");
            }
        }
    }

    private static string Difference(Misfit.Side expected, Misfit.Side found) => found.Place == expected.Place
        ? "its stored name, data, metadata, id or instant is not what was sealed"
        : $"{found.Place.Stream} version {found.Place.Version} stands in its place";

    private static Dictionary<string, long> Index(IEnumerable<Misfit.Side?> sides)
    {
        var index = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var side in sides)
        {
            if (side is not null)
                index.TryAdd(side.Digest, side.Position);
        }

        return index;
    }

    /// <returns>From where on there is nothing up to the last sealed position and beyond; null when the end is there.</returns>
    private long? CutFrom(Dictionary<string, long> foundAt, long sealedTo)
    {
        long? cut = null;
        foreach (var (position, (expected, found)) in misfits.Reverse())
        {
            if (position != (cut ?? sealedTo + 1) - 1 || found is not null || expected is null || foundAt.ContainsKey(expected.Digest))
                break;
            cut = position;
        }

        return cut;
    }

    /// <summary>
    /// Whether an event only makes room for what was put in before it, or closes up to what was taken out: it is still as many
    /// events after the first one.
    /// </summary>
    private sealed class Order(SortedDictionary<long, Misfit> misfits, Dictionary<string, long> expectedAt, Dictionary<string, long> foundAt)
    {
        private readonly List<long> missing = Positions(misfits, misfit => misfit.Expected is { } expected && !foundAt.ContainsKey(expected.Digest));
        private readonly List<long> foreign = Positions(misfits, misfit => misfit.Found is { } found && !expectedAt.ContainsKey(found.Digest));
        private readonly List<long> empty = Positions(misfits, misfit => misfit.Found is null);

        public bool IsKept(long sealedAt, long standsAt) =>
            sealedAt - CountBefore(missing, sealedAt) == standsAt - CountBefore(foreign, standsAt) - CountBefore(empty, standsAt);

        private static List<long> Positions(SortedDictionary<long, Misfit> misfits, Func<Misfit, bool> wanted) =>
            [.. misfits.Where(misfit => misfit.Key > 0 && wanted(misfit.Value)).Select(misfit => misfit.Key)];

        private static int CountBefore(List<long> positions, long position) =>
            positions.BinarySearch(position) is var index && index >= 0 ? index : ~index;
    }

    private sealed record Misfit(Misfit.Side? Expected, Misfit.Side? Found)
    {
        public sealed record Side(long Position, Place Place, string Digest);
    }
}
