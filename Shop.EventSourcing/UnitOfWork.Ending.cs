using System.Diagnostics;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <content>How it ends: committed, refused, given up.</content>
public sealed partial class UnitOfWork
{
    private TaskCompletionSource? queued;
    private List<Action>? afterCommit;
    private bool withdrawn;

    internal enum Phase
    {
        Open,
        Queued,
        Committed,
        Failed,
    }

    internal Phase Status { get; private set; }

    /// <summary>Others may have decided on what it appended.</summary>
    internal bool IsPublished { get; private set; }

    internal bool IsPending => Status is Phase.Open or Phase.Queued;

    internal TaskCompletionSource<WriteResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WriteSet? WriteSet { get; private set; }

    /// <summary>Of its commit, while somebody traces it.</summary>
    internal Activity? Span { get; private set; }

    internal InboxEntry? Inbox { get; }

    /// <summary>The streams that it appends to, with the events.</summary>
    internal IEnumerable<(string Stream, string Category, List<object> Events)> Written
    {
        get
        {
            foreach (var handle in handles.Values)
            {
                if (handle.Appended.Count > 0)
                    yield return (handle.Stream, handle.Category, handle.Appended);
            }

            foreach (var record in Records)
                yield return (record.Stream, record.Category, record.Appended);
        }
    }

    private IEnumerable<StreamRecord> Records => records?.Values ?? Enumerable.Empty<StreamRecord>();

    /// <summary>Writes everything in one write set.</summary>
    /// <returns>Whether it was written, or the message had been handled before; and the store's position.</returns>
    /// <exception cref="ConcurrencyConflictException">A stream moved on: nothing was written, start over.</exception>
    public async Task<WriteResult> CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfUsed();
        using var span = Span = StoreTrace.StartCommit(store);
        try
        {
            WriteSet = withdrawn ? new() { Appends = Checks() } : Build();
            if (WriteSet.IsEmpty && dependencies is null)
            {
                Settle(committed: true);
                RunAfterCommit();
                return new(WriteOutcome.Committed, store.Position);
            }

            if (dependencies is not null)
            {
                foreach (var dependency in dependencies)
                    await dependency.QueuedOrEnded().WaitAsync(cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            store.Committer.Enqueue(this);
        }
        catch
        {
            store.Abandon(this);
            throw;
        }

        var result = await Completion.Task;
        span?.SetTag("shop.commit.outcome", result.Outcome);
        if (result.Outcome == WriteOutcome.Committed)
        {
            RunAfterCommit();
            if (WriteSet.Outbox.Count > 0)
                store.MessagesCommitted?.Invoke(WriteSet.Outbox);
        }

        return result.Outcome == WriteOutcome.Conflict
            ? throw new ConcurrencyConflictException(result.Error?.Message ?? $"A stream of {string.Join(", ", WriteSet.Appends.Select(append => append.Stream).Take(5))} moved on.", result.Error)
            : result;
    }

    /// <summary>Runs something once this is durable, and never when it is refused, given up or a duplicate; such as counting. Must not throw.</summary>
    public void AfterCommit(Action action) => (afterCommit ??= []).Add(action);

    /// <summary>Gives up what was decided: the streams are loaded afresh by the next one. Harmless after a commit.</summary>
    public void Abandon() => store.Abandon(this);

    /// <summary>
    /// Gives up after a handler's exception, and tells whether to handle again with a new unit of work: after a conflict, and
    /// when the exception came of a state that was not written after all or has changed elsewhere. Pauses before a later attempt.
    /// </summary>
    /// <param name="attempt">How often this has been handled, from 1.</param>
    /// <returns>False when the exception stands.</returns>
    /// <exception cref="ConcurrencyConflictException">What the last attempt decided on is not what was written.</exception>
    public async Task<bool> RetriesAsync(Exception error, int attempt, CancellationToken cancellationToken = default)
    {
        if (error is ConcurrencyConflictException conflict)
        {
            Abandon();
            if (!conflict.IsTransient || attempt >= EventStore.MaxAttempts)
                return false;
        }
        else
        {
            try
            {
                await WithdrawAsync(cancellationToken);
                return false;
            }
            catch (ConcurrencyConflictException) when (attempt < EventStore.MaxAttempts)
            {
                // The exception was about a state that never was, or is no more.
            }
        }

        if (attempt > 3)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1 << (attempt - 3), 100)), store.Clock, cancellationToken);
        return true;
    }

    internal void MarkQueued()
    {
        lock (store.Gate)
        {
            Status = Phase.Queued;
            queued?.TrySetResult();
        }
    }

    internal bool DependsOnFailed()
    {
        if (dependencies is null)
            return false;
        foreach (var dependency in dependencies)
        {
            if (dependency.Status == Phase.Failed || dependency is { withdrawn: true, IsPublished: true })
                return true;
        }

        return false;
    }

    /// <summary>What it wrote to a stream, or null when it was not written.</summary>
    internal StreamHandle? Committed(string stream) => Status == Phase.Committed ? handles.GetValueOrDefault(stream) : null;

    /// <summary>Ends it, under the gate. A failed one takes the states that it published with it.</summary>
    internal void Settle(bool committed)
    {
        lock (store.Gate)
        {
            committed &= !(withdrawn && IsPublished);
            var sent = Status == Phase.Queued;
            var refused = !committed && sent;
            Status = committed ? Phase.Committed : Phase.Failed;
            queued?.TrySetResult();

            // Else a stream that is never idle would keep all its writers alive, each by the next one.
            dependencies = null;
            foreach (var handle in handles.Values)
            {
                if (committed && handle.Appended.Count > 0)
                {
                    handle.Entry.Confirm(handle.CurrentState, handle.Version);
                    if (handle.Entry.IsAssumed)
                        store.Cache.Adopt(handle.Entry);
                }

                // A state that was only looked at may be why it was refused; if it was given up, others may go on with that.
                if (!committed && (handle.Appended.Count > 0 || (refused && handle.Decided)))
                    store.Cache.Evict(handle.Entry);
                else if (handle.Entry.Evicted && handle.Appended.Count > 0)
                    store.Cache.Forget(handle.Stream, handle.Version);
                else if (handle.Entry.Writer == this)
                    handle.Entry.Writer = null;
            }

            // Also when it may have been written all the same.
            if (sent)
                ForgetRecorded();
        }
    }

    /// <summary>What is remembered of streams that it has not loaded is older than what it wrote.</summary>
    internal void ForgetRecorded()
    {
        lock (store.Gate)
        {
            foreach (var record in Records)
                store.Cache.Forget(record.Stream, long.MaxValue);
        }
    }

    /// <summary>Writes nothing, but only returns when all that was decided on is durable and still stands.</summary>
    private async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        if (Status != Phase.Open)
            return;
        withdrawn = true;
        records = null;
        await CommitAsync(cancellationToken);
    }

    private void RunAfterCommit()
    {
        if (withdrawn || afterCommit is null)
            return;
        foreach (var action in afterCommit)
            action();
    }

    private Task QueuedOrEnded()
    {
        lock (store.Gate)
            return Status == Phase.Open ? (queued ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    private void ThrowIfUsed()
    {
        if (Status != Phase.Open)
            throw new InvalidOperationException("This unit of work has ended. Begin a new one: each is committed or abandoned once.");
    }

    private StreamAppend[] Checks() =>
        [.. handles.Values.Where(handle => handle.Decided).Select(handle => new StreamAppend(handle.Stream, handle.ExpectedVersion, []))];

    private WriteSet Build()
    {
        var now = store.Clock.GetUtcNow().TruncateToMicroseconds();
        var stored = IsPublished || records is not null ? (metadata ?? new()).Serialize() : null;
        var appends = new List<StreamAppend>(handles.Count);
        foreach (var handle in handles.Values)
        {
            if (!handle.Decided)
                continue;
            appends.Add(handle.ToAppend(stored, now));
            if (handle.Appended.Count > 0 && store.InlineRow(handle) is { } row)
                Write(row);
            if (handle.TakeSnapshot(now) is { } snapshot)
                Write(Snapshot.Table.Upsert(snapshot));
        }

        foreach (var record in Records)
        {
            if (handles.GetValueOrDefault(record.Stream) is { Decided: true })
                throw new InvalidOperationException($"{record.Stream} was decided on: append to it in that decision, instead of recording.");
            appends.Add(record.ToAppend(stored, now));
        }

        return new()
        {
            Appends = appends,
            Inbox = Inbox,
            Outbox = outbox as IReadOnlyList<OutboxMessage> ?? [],
            OutboxDeletes = outboxDeletes as IReadOnlyList<Guid> ?? [],
            Rows = rows as IReadOnlyList<RowWrite> ?? [],
            Parked = parked as IReadOnlyList<ParkedMessage> ?? [],
            ParkedDeletes = parkedDeletes as IReadOnlyList<Guid> ?? [],
        };
    }
}
