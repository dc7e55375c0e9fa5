using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// Keeps one generation of a projection up with the log: reads a batch, applies it to the rows, writes rows and checkpoint
/// together. Of all its runners, in all processes, the one that holds the lease works; the others wait to take over. What was
/// decided about the generation, such as a pause, is read after the lease was taken, and takes the lease away when it changes: so
/// nobody writes who does not know.
/// </summary>
public sealed class ProjectionRunner : IDisposable
{
    /// <summary>After a crash another runner takes over when this has passed. Whoever was paused for longer writes nothing any more.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(4);

    private const int BatchSize = 2_000;

    /// <summary>Beside a busy live one: commits wait for what is written, and for the processor.</summary>
    private const int ConsiderateBatchSize = 500;

    /// <summary>Events that come in quick succession share a transaction.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoppedPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private readonly EventStore store;
    private readonly string projection;
    private readonly ProjectionSlot slot;
    private readonly IRowSource rows;
    private readonly LeaseHolder lease;
    private readonly string checkpointName;
    private readonly SemaphoreSlim changed = new(0, 1);
    private ProjectionState? state;
    private long checkpoint = -1;
    private long token;
    private long seenHead;
    private int limit = BatchSize;

    /// <summary>A runner of the rows that are read.</summary>
    public ProjectionRunner(EventStore store, IAsyncProjection projection, TimeSpan? leaseDuration = null)
        : this(store, projection.Name, ProjectionSlot.Live, new AsyncRows(store, projection, projection.Table), leaseDuration)
    {
    }

    internal ProjectionRunner(EventStore store, string projection, ProjectionSlot slot, IRowSource rows, TimeSpan? leaseDuration = null)
    {
        this.store = store;
        this.projection = projection;
        this.slot = slot;
        this.rows = rows;
        checkpointName = slot.Checkpoint(projection);
        lease = new(store, slot.Lease(projection), leaseDuration ?? DefaultLease);
    }

    private enum Step
    {
        Applied,
        AppliedLast,
        CaughtUp,
        Elsewhere,
        Paused,
        Gone,
    }

    /// <summary>A runner of the rows that are built beside those that are read; it ends when there are none.</summary>
    public static ProjectionRunner Beside(EventStore store, IAsyncProjection projection, TimeSpan? leaseDuration = null) =>
        new(store, projection.Name, ProjectionSlot.Next, new AsyncRows(store, projection, projection.Table.Next), leaseDuration);

    /// <inheritdoc cref="Beside(EventStore,IAsyncProjection,TimeSpan?)"/>
    public static ProjectionRunner Beside(EventStore store, IInlineProjection projection, TimeSpan? leaseDuration = null) =>
        new(store, projection.Table.Name, ProjectionSlot.Next, new InlineRows(store, projection, projection.Table.Next), leaseDuration);

    /// <summary>Follows the log until cancelled, while no other runner does and nobody has paused it.</summary>
    /// <exception cref="InvalidOperationException">
    /// An event could not be applied; the message names it, and it is noted. Everything before it is applied, nothing after it.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        store.EventsCommitted += Signal;
        try
        {
            while (true)
            {
                switch (await StepAsync(cancellationToken))
                {
                    case Step.Applied:
                        await YieldAsync(cancellationToken);
                        break;
                    case Step.AppliedLast or Step.CaughtUp:
                        await Task.Delay(Pause, store.Clock, cancellationToken);
                        if (checkpoint >= store.Position)
                            await changed.WaitAsync(IdlePoll, cancellationToken);
                        break;
                    case Step.Elsewhere:
                        await lease.WaitAsync(cancellationToken);
                        break;
                    case Step.Paused:
                        await lease.ReleaseAsync(ReleasePatience);
                        await store.WaitForProjectionChangeAsync(projection, StoppedPoll, cancellationToken);
                        break;
                    case Step.Gone:
                        return;
                }
            }
        }
        finally
        {
            store.EventsCommitted -= Signal;
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <summary>Applies everything that the log holds now, once no other runner works on it; nothing while it is paused.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="RunAsync"/>.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            while (await StepAsync(cancellationToken) is var step and (Step.Applied or Step.AppliedLast or Step.Elsewhere))
            {
                if (step == Step.Elsewhere)
                    await lease.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    public void Dispose() => changed.Dispose();

    private void Signal()
    {
        if (changed.CurrentCount == 0)
        {
            try
            {
                changed.Release();
            }
            catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
            {
                // Somebody else signalled at the same moment, or the runner has just ended.
            }
        }
    }

    private async Task<Step> StepAsync(CancellationToken cancellationToken)
    {
        var saved = false;
        try
        {
            if (await lease.HoldAsync(cancellationToken) is not { } held)
                return Step.Elsewhere;
            if (held.Token != token || checkpoint < 0)
                await LearnAsync(held, cancellationToken);
            if (slot != ProjectionSlot.Live && state is null)
                return Step.Gone;
            if (state?.Pause is not null)
                return Step.Paused;

            var size = Math.Min(limit, slot != ProjectionSlot.Live && IsBusy() ? ConsiderateBatchSize : BatchSize);
            var batch = await store.Engine.ReadLogAsync(checkpoint, size, cancellationToken);
            if (batch.Count > 0 && !await ApplyAsync(held, batch, cancellationToken))
            {
                lease.Lost();
                return Step.Elsewhere;
            }

            saved = true;
            return batch.Count == 0 ? Step.CaughtUp : batch.Count < size ? Step.AppliedLast : Step.Applied;
        }
        finally
        {
            // Another runner moved the checkpoint, or the batch was cut off half way: what is remembered is not what is stored.
            if (!saved)
                Forget();
        }
    }

    /// <summary>Everything that is decided about this generation, and its checkpoint, as they are under this lease.</summary>
    private async Task LearnAsync(Lease held, CancellationToken cancellationToken)
    {
        Forget();
        state = (await store.Engine.Projections.ReadAsync(cancellationToken)).FirstOrDefault(found => found.Projection == projection && found.Slot == slot);
        checkpoint = state?.Position ?? await store.Engine.ReadCheckpointAsync(checkpointName, cancellationToken);
        token = held.Token;
    }

    private bool IsBusy()
    {
        var head = store.Position;
        var busy = seenHead != 0 && head != seenHead;
        seenHead = head;
        return busy;
    }

    /// <summary>Leaves the processor and the database to others for a while, when there are any.</summary>
    private async Task YieldAsync(CancellationToken cancellationToken)
    {
        if (slot != ProjectionSlot.Live && seenHead != store.Position)
            await Task.Delay(Pause, store.Clock, cancellationToken);
    }

    private void Forget()
    {
        checkpoint = -1;
        rows.Forget();
    }

    /// <returns>False when the lease was lost.</returns>
    private async Task<bool> ApplyAsync(Lease held, IReadOnlyList<RecordedEvent> batch, CancellationToken cancellationToken)
    {
        var made = await rows.ApplyAsync(batch, checkpoint == 0, () => KeepAsync(held, cancellationToken), cancellationToken);
        if (made.Applied is not { } applied)
            return false;
        if (applied > 0)
        {
            try
            {
                if (!await SaveAsync(held, batch[applied - 1].Position, made.Rows, cancellationToken))
                    return false;
            }
            catch (Exception refusal) when (refusal is not OperationCanceledException && !StorageFailure.IsTransient(refusal))
            {
                // The database refuses a row. Which event it comes of is found out by ever smaller batches.
                limit = Math.Max(1, applied / 2);
                if (applied == 1)
                    await StopAsync(held, batch[0], refusal, cancellationToken);
                Forget();
                return true;
            }

            limit = Math.Min(limit * 2, BatchSize);
        }

        if (made.Error is not null)
            await StopAsync(held, batch[applied], made.Error, cancellationToken);
        return true;
    }

    private async Task<bool> SaveAsync(Lease held, long to, IReadOnlyList<RowWrite> writes, CancellationToken cancellationToken)
    {
        var saving = store.Clock.GetTimestamp();
        if (!await store.Engine.SaveProjectionAsync(checkpointName, held, checkpoint, to, writes, cancellationToken))
            return false;
        checkpoint = to;
        lease.Renewed(saving);
        store.OnCheckpoint(checkpointName, to);
        if (state?.Error is { } overcome && overcome.Position <= to)
        {
            await store.Engine.Projections.NoteAsync(projection, held, change => change.ClearErrorAsync(slot), cancellationToken);
            state = state with { Error = null };
        }

        return true;
    }

    private async ValueTask<bool> KeepAsync(Lease held, CancellationToken cancellationToken) =>
        await lease.HoldAsync(cancellationToken) is { } kept && kept.Token == held.Token;

    private async Task StopAsync(Lease held, RecordedEvent at, Exception error, CancellationToken cancellationToken)
    {
        var what = $"{at.Type} ({at.Stream} version {at.Version})";
        if (state?.Error is not { } known || known.Position != at.Position || known.Message != error.Message)
        {
            var noted = new ProjectionError(at.Position, what, error.Message, store.Clock.GetUtcNow().TruncateToMicroseconds());
            await store.Engine.Projections.NoteAsync(projection, held, async change =>
            {
                if (slot == ProjectionSlot.Live)
                    await change.LiveAsync();
                await change.StopAsync(slot, noted);
            }, cancellationToken);
        }

        throw new InvalidOperationException($"Projection {checkpointName} cannot apply {what} at position {at.Position}: {error.Message}", error);
    }
}
