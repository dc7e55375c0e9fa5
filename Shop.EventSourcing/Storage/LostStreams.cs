namespace Shop.EventSourcing.Storage;

/// <summary>
/// The streams that failed write sets of a group touch. Later sets on them may have been decided on what was not written, even
/// where the version fits by accident.
/// </summary>
public sealed class LostStreams
{
    private HashSet<string>? streams;

    public void Add(WriteSet failed)
    {
        for (var index = 0; index < failed.Appends.Count; index++)
            (streams ??= new(StringComparer.Ordinal)).Add(failed.Appends[index].Stream);
    }

    public bool AreTouchedBy(WriteSet set)
    {
        if (streams is null)
            return false;
        for (var index = 0; index < set.Appends.Count; index++)
        {
            if (streams.Contains(set.Appends[index].Stream))
                return true;
        }

        return false;
    }
}
