using System.Diagnostics.CodeAnalysis;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Where a stream stands. <see cref="Id"/> is 0 until it has an event.</summary>
internal sealed class StreamHead
{
    public long Id { get; set; }

    public long Version { get; set; }
}

/// <summary>
/// The heads of recently written streams, so that checking an expected version needs no SQL. Two generations bound it: when the
/// young one is full, the old one, not touched since, is dropped.
/// </summary>
internal sealed class SqliteHeads
{
    private const int GenerationStreams = 100_000;
    private Dictionary<string, StreamHead> young = new(StringComparer.Ordinal);
    private Dictionary<string, StreamHead> old = new(StringComparer.Ordinal);

    public bool TryGet(string stream, [NotNullWhen(true)] out StreamHead? head)
    {
        if (young.TryGetValue(stream, out head))
            return true;
        if (!old.Remove(stream, out head))
            return false;
        Add(stream, head);
        return true;
    }

    public void Add(string stream, StreamHead head)
    {
        if (young.Count == GenerationStreams)
        {
            (young, old) = (old, young);
            young.Clear();
        }

        young.Add(stream, head);
    }

    public void Clear()
    {
        young.Clear();
        old.Clear();
    }
}
