using System.Diagnostics;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// Writes what concurrent handlers hand in, all that waits in one transaction. There is no artificial delay: a group is what
/// arrived while the last one was being written. It owns a thread, because SQLite's commit blocks.
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    private const int MaxGroup = 256;

    /// <summary>
    /// How long the rows of delivered messages wait for a group to be deleted with. At one order after the other, 25 ms made every
    /// second commit one that only deletes.
    /// </summary>
    private static readonly TimeSpan CleanupPause = TimeSpan.FromMilliseconds(250);

    private readonly EventStore store;
    private readonly Lock sync = new();
    private readonly ManualResetEventSlim work = new(initialState: false, spinCount: 0);
    private readonly Thread thread;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<UnitOfWork> waiting = [];
    private List<Guid> delivered = [];
    private bool stopping;

    public GroupCommitter(EventStore store)
    {
        this.store = store;
        thread = new(Run) { IsBackground = true, Name = $"commit {store.Name}" };
        thread.Start();
    }

    public void Enqueue(UnitOfWork unit)
    {
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(stopping, typeof(EventStore));
            unit.MarkQueued();
            waiting.Add(unit);
        }

        work.Set();
    }

    /// <summary>Deletes outbox rows together with the next group, or alone when none comes soon.</summary>
    public void EnqueueDelivered(Guid messageId)
    {
        lock (sync)
            delivered.Add(messageId);
    }

    public async ValueTask DisposeAsync()
    {
        lock (sync)
            stopping = true;
        work.Set();
        await stopped.Task;
        work.Dispose();
    }

    private void Run()
    {
        var group = new List<UnitOfWork>(MaxGroup);
        while (true)
        {
            var signalled = work.Wait(CleanupPause);
            // Handlers that the last group released may be about to hand in: on a busy processor they go first.
            Thread.Yield();
            List<Guid> deletes;
            bool last;
            lock (sync)
            {
                work.Reset();
                var count = Math.Min(waiting.Count, MaxGroup);
                group.AddRange(waiting.Take(count));
                waiting.RemoveRange(0, count);
                if (waiting.Count > 0)
                    work.Set();
                deletes = [];
                if (group.Count > 0 || !signalled || stopping)
                    (deletes, delivered) = (delivered, deletes);
                last = stopping && waiting.Count == 0;
            }

            if (group.Count > 0 || deletes.Count > 0)
                Write(group, deletes);
            group.Clear();
            if (last)
                break;
        }

        stopped.SetResult();
    }

    private void Write(List<UnitOfWork> group, List<Guid> deletes)
    {
        // What builds on something that failed in an earlier group fails with it, and then, in order, what builds on that;
        // inside the group the engine sees to it.
        group.RemoveAll(unit =>
        {
            var doomed = unit.DependsOnFailed();
            if (doomed)
                Complete(unit, new(WriteOutcome.Conflict, store.Position));
            return doomed;
        });

        var sets = group.ConvertAll(unit => unit.WriteSet!);
        if (deletes.Count > 0)
            sets.Add(new() { OutboxDeletes = deletes });
        if (sets.Count == 0)
            return;

        StoreTrace.EnterGroup(group);
        var started = Stopwatch.GetTimestamp();
        WriteResult[] results;
        try
        {
            results = store.Engine.CommitAsync(sets, CancellationToken.None).GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Whatever the database threw goes to every handler of the group; the thread must live on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            lock (sync)
                delivered.AddRange(deletes);
            foreach (var unit in group)
            {
                unit.Settle(committed: false);
                unit.Completion.SetException(error);
            }

            return;
        }

        StoreTrace.LeaveGroup();
        store.Counters.GroupCommitted(group.Count, Stopwatch.GetElapsedTime(started));
        for (var i = 0; i < group.Count; i++)
            Complete(group[i], results[i]);
        store.OnGroupCommitted(results[^1].Position);
    }

    private void Complete(UnitOfWork unit, WriteResult result)
    {
        unit.Settle(result.Outcome == WriteOutcome.Committed);
        if (unit.Status == UnitOfWork.Phase.Committed)
            store.OnCommitted(unit, result.Position);
        else if (result.Outcome != WriteOutcome.Committed)
            store.Counters.Refused(result.Outcome);
        unit.Completion.SetResult(result);
    }
}
