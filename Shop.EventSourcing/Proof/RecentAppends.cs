using System.Collections.Concurrent;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// What this process has committed lately, in commit order, so that the sealer need not read it again. A bounded memory: what is
/// not in it, because others wrote it or because it is too much, is in the database.
/// </summary>
internal sealed class RecentAppends
{
    private const int EventsAtMost = 100_000;

    private readonly ConcurrentQueue<(long After, int Events, WriteSet Set)> sets = [];
    private int remembered;

    /// <param name="after">The log's head before it.</param>
    public void Add(WriteSet set, long after, int events)
    {
        sets.Enqueue((after, events, set));
        if (Interlocked.Add(ref remembered, events) > EventsAtMost)
            Forget();
    }

    /// <summary>Moves what follows on a draft into it: whole write sets, until it holds enough.</summary>
    public void MoveTo(SealDraft draft, int enough)
    {
        while (draft.Count < enough && sets.TryPeek(out var next) && next.After <= draft.Last)
        {
            Forget();

            // An append wherever a stream stands does not tell which versions it got.
            if (next.After < draft.Last || next.Set.Appends.Any(append => append.ExpectedVersion == StreamAppend.AnyVersion))
                continue;
            foreach (var append in next.Set.Appends)
            {
                for (var index = 0; index < append.Events.Count; index++)
                    draft.Add(draft.Last + 1, append.Stream, append.ExpectedVersion + index + 1, append.Events[index]);
            }
        }
    }

    private void Forget()
    {
        if (sets.TryDequeue(out var forgotten))
            Interlocked.Add(ref remembered, -forgotten.Events);
    }
}
