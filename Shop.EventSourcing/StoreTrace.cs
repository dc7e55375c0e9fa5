using System.Diagnostics;

namespace Shop.EventSourcing;

/// <summary>Spans of the stores, on the activity source <see cref="SourceName"/>.</summary>
public static class StoreTrace
{
    public const string SourceName = "Shop.EventSourcing";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A handler's wait for its commit: for the group before its own, and for its own. Null when it is part of no trace.</summary>
    internal static Activity? StartCommit(EventStore store) =>
        Source.HasListeners() && Activity.Current is not null ? Source.StartActivity(store.CommitSpan) : null;

    /// <summary>What the database's driver tells of a group belongs to its first traced handler; the others say how many shared it.</summary>
    internal static void EnterGroup(List<UnitOfWork> group)
    {
        if (!Source.HasListeners())
            return;
        Activity? first = null;
        foreach (var unit in group)
        {
            if (unit.Span is { } span)
            {
                span.SetTag("shop.commit.group_size", group.Count);
                first ??= span;
            }
        }

        Activity.Current = first;
    }

    /// <summary>What the committing thread does next belongs to no handler.</summary>
    internal static void LeaveGroup() => Activity.Current = null;
}
