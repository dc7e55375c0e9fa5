using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// What people do with the projections of one store: look, pause, skip, build anew beside the live ones, compare, swap, go back.
/// Everything is decided in the database, so that it holds for all replicas at once, and survives them.
/// </summary>
/// <remarks>What cannot be done now is a <see cref="DomainException"/> that says why.</remarks>
public sealed class ProjectionControl(EventStore store, IReadOnlyList<IInlineProjection> inline, IReadOnlyList<IAsyncProjection> asynchronous)
{
    /// <summary>Inside the swap's transaction so many events are caught up with; more would hold up others.</summary>
    private const int SwapLag = 2_000;

    public string Store => store.Name;

    /// <summary>Names of all projections: of asynchronous ones their own, of inline ones their table's.</summary>
    public IReadOnlyList<string> Names { get; } = [.. asynchronous.Select(projection => projection.Name), .. inline.Select(projection => projection.Table.Name)];

    private ProjectionStorage Storage => store.Engine.Projections;

    public async Task<IReadOnlyList<ProjectionStatus>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var states = await Storage.ReadAsync(cancellationToken);
        var statuses = new List<ProjectionStatus>();
        foreach (var name in Names)
            statuses.Add(await StatusAsync(Find(name), states, cancellationToken));
        return statuses;
    }

    public async Task<ProjectionStatus> ReadAsync(string projection, CancellationToken cancellationToken = default) =>
        await StatusAsync(Find(projection), await Storage.ReadAsync(cancellationToken), cancellationToken);

    /// <summary>Nobody applies anything more once this has returned, in any process, until it is resumed. With a rebuild under way that is paused too.</summary>
    /// <exception cref="DomainException">It is inline, and no rebuild is under way: such rows are part of each commit.</exception>
    public Task PauseAsync(string projection, string by, string? why, CancellationToken cancellationToken = default) =>
        ChangeAsync(projection, [ProjectionSlot.Live, ProjectionSlot.Next], async (target, change) =>
        {
            var next = await change.FindAsync(ProjectionSlot.Next);
            if (target.Inline is not null && next is null)
                throw new DomainException("projection-is-inline", $"{projection} is written with the events and cannot be paused.", conflict: true);
            var pause = new ProjectionPause(Now(), by, why);
            if (target.Inline is null)
            {
                await change.LiveAsync();
                await change.PauseAsync(ProjectionSlot.Live, pause);
            }

            await change.PauseAsync(ProjectionSlot.Next, pause);
        }, cancellationToken);

    /// <summary>Goes on after a pause; one that stopped before an event tries it again at once.</summary>
    public Task ResumeAsync(string projection, CancellationToken cancellationToken = default) =>
        ChangeAsync(projection, [ProjectionSlot.Live, ProjectionSlot.Next], async (_, change) =>
        {
            await change.ResumeAsync(ProjectionSlot.Live);
            await change.ResumeAsync(ProjectionSlot.Next);
        }, cancellationToken);

    /// <summary>Passes over the event before which the projection stands, for good, and writes down who said so and why.</summary>
    /// <param name="position">The event's, as the error names it: nothing else can be skipped.</param>
    public Task SkipAsync(string projection, long position, string by, string reason, CancellationToken cancellationToken = default) =>
        ChangeAsync(projection, [ProjectionSlot.Live, ProjectionSlot.Next], async (_, change) =>
        {
            foreach (var slot in (ProjectionSlot[])[ProjectionSlot.Live, ProjectionSlot.Next])
            {
                if (await change.FindAsync(slot) is { Error: { } error } state && error.Position == position && state.Position == position - 1)
                {
                    await change.SkipAsync(state, error, by, reason, Now());
                    return;
                }
            }

            throw new DomainException("nothing-to-skip", $"{projection} does not stand before an event at position {position}. Only the event that stopped it can be skipped.", conflict: true);
        }, cancellationToken);

    /// <summary>Begins to build the rows anew from the first event, in a table beside those that are read. Whoever runs the projection's rebuilds does it.</summary>
    public Task RebuildAsync(string projection, CancellationToken cancellationToken = default) =>
        ChangeAsync(projection, [ProjectionSlot.Next], async (target, change) =>
        {
            if (await change.FindAsync(ProjectionSlot.Next) is { } underWay)
            {
                throw new DomainException(
                    "rebuild-under-way", $"Generation {underWay.Generation} of {projection} is being built already. Swap it in, or discard it first.", conflict: true);
            }

            await change.AddNextAsync(target.Table, Now(), await store.Engine.ReadHeadAsync(cancellationToken));
        }, cancellationToken);

    /// <summary>
    /// The rows that were built beside become those that are read, in one instant, with everything that the ones before had seen; those
    /// are kept as they are.
    /// </summary>
    public Task SwapAsync(string projection, CancellationToken cancellationToken = default) =>
        ChangeAsync(projection, [ProjectionSlot.Live, ProjectionSlot.Next], async (target, change) =>
        {
            var next = await change.FindAsync(ProjectionSlot.Next)
                ?? throw new DomainException("no-rebuild", $"Nothing is built beside {projection}. Begin a rebuild first.", conflict: true);
            var live = await change.LiveAsync();
            var until = target.Inline is null ? live.Position : await change.LockLogAsync();
            await FinishAsync(target, change, next, until, cancellationToken);
            await change.DropAsync(target.Table, ProjectionSlot.Previous);
            if (target.Inline is not null)
                await change.SetCheckpointAsync(ProjectionSlot.Live, until);
            await change.MoveAsync(target.Table, ProjectionSlot.Live, ProjectionSlot.Previous);
            await change.MoveAsync(target.Table, ProjectionSlot.Next, ProjectionSlot.Live);
            if (target.Inline is not null)
                await change.DropCheckpointAsync(ProjectionSlot.Live);
        }, cancellationToken);

    /// <summary>
    /// The rows from before the last swap are read again, and those that were read are kept. An asynchronous projection goes on from
    /// where they were left; an inline one catches up first, beside.
    /// </summary>
    public async Task BackAsync(string projection, CancellationToken cancellationToken = default)
    {
        await ChangeAsync(projection, [ProjectionSlot.Live, ProjectionSlot.Next], async (target, change) =>
        {
            if (await change.FindAsync(ProjectionSlot.Previous) is null)
                throw new DomainException("no-way-back", $"{projection} has no rows from before.", conflict: true);
            if (target.Inline is not null)
            {
                if (await change.FindAsync(ProjectionSlot.Next) is not null)
                    throw new DomainException("rebuild-under-way", $"{projection} is being built anew. Discard that first.", conflict: true);
                await change.MoveAsync(target.Table, ProjectionSlot.Previous, ProjectionSlot.Next);
                return;
            }

            await change.MoveAsync(target.Table, ProjectionSlot.Live, ProjectionSlot.Moving);
            await change.MoveAsync(target.Table, ProjectionSlot.Previous, ProjectionSlot.Live);
            await change.MoveAsync(target.Table, ProjectionSlot.Moving, ProjectionSlot.Previous);
        }, cancellationToken);
        if (Find(projection).Inline is { } written)
        {
            await CatchUpBesideAsync(written, cancellationToken);
            await SwapAsync(projection, cancellationToken);
        }
    }

    /// <summary>Gives up what is built beside the live rows, or the rows from before them.</summary>
    public Task DiscardAsync(string projection, ProjectionSlot slot, CancellationToken cancellationToken = default)
    {
        if (slot is not (ProjectionSlot.Next or ProjectionSlot.Previous))
            throw new ArgumentOutOfRangeException(nameof(slot), slot, "The live rows cannot be discarded.");
        return ChangeAsync(projection, [slot], (target, change) => change.DropAsync(target.Table, slot), cancellationToken);
    }

    /// <summary>Row by row, how what is built beside differs from what is read; or, when nothing is built, what was before.</summary>
    /// <param name="limit">So many differing rows are named; all are counted.</param>
    public async Task<RowDifferences> CompareAsync(string projection, int limit = 100, CancellationToken cancellationToken = default)
    {
        var target = Find(projection);
        var slots = (await Storage.ReadAsync(cancellationToken)).Where(state => state.Projection == projection).Select(state => state.Slot).ToHashSet();
        var other = slots.Contains(ProjectionSlot.Next) ? ProjectionSlot.Next
            : slots.Contains(ProjectionSlot.Previous) ? ProjectionSlot.Previous
            : throw new DomainException("nothing-to-compare", $"{projection} has one generation only. Begin a rebuild, and compare then.", conflict: true);
        return await new RowComparison(store, target, other).RunAsync(limit, cancellationToken);
    }

    /// <summary>Catches up within the transaction, so that the swap goes back in time for nobody.</summary>
    private async Task FinishAsync(Target target, ProjectionChange change, ProjectionState next, long until, CancellationToken cancellationToken)
    {
        if (next.Error is { } stopped && stopped.Position > next.Position)
            throw new DomainException("rebuild-stopped", $"The rebuild of {target.Name} stopped before position {stopped.Position}: {stopped.Message} Skip that event, or discard the rebuild.", conflict: true);
        if (until - next.Position > SwapLag)
            throw new DomainException("rebuild-behind", $"The rebuild of {target.Name} stands at position {next.Position}, what it is to replace at {until}. Swap when it has caught up.", conflict: true);
        if (next.Position >= until)
            return;
        var batch = await store.Engine.ReadLogAsync(next.Position, (int)(until - next.Position), cancellationToken);
        var made = await target.RowsBeside(store).ApplyAsync(batch, next.Position == 0, () => ValueTask.FromResult(true), cancellationToken);
        if (made.Error is { } error)
            throw new DomainException("rebuild-stopped", $"The rebuild of {target.Name} cannot apply the event at position {batch[made.Applied!.Value].Position}: {error.Message}", conflict: true);
        await change.WriteRowsAsync(made.Rows);
        await change.SetCheckpointAsync(ProjectionSlot.Next, until);
    }

    /// <summary>Here, unless somebody does it already.</summary>
    private async Task CatchUpBesideAsync(IInlineProjection written, CancellationToken cancellationToken)
    {
        var head = await store.Engine.ReadHeadAsync(cancellationToken);
        using var runner = ProjectionRunner.Beside(store, written);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var here = runner.CatchUpAsync(ending.Token);
        var anywhere = store.WaitForProjectionAsync(ProjectionSlot.Next.Checkpoint(written.Table.Name), head, Timeout.InfiniteTimeSpan, ending.Token);
        await Task.WhenAny(here, anywhere);
        await ending.CancelAsync();
        await Task.WhenAll(here, anywhere).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task ChangeAsync(
        string projection, IReadOnlyList<ProjectionSlot> fenced, Func<Target, ProjectionChange, Task> change, CancellationToken cancellationToken)
    {
        var target = Find(projection);
        await Storage.ChangeAsync(projection, fenced, async changed =>
        {
            await change(target, changed);
            return true;
        }, cancellationToken);
        store.OnProjectionChanged(projection);
    }

    private async Task<ProjectionStatus> StatusAsync(Target target, IReadOnlyList<ProjectionState> states, CancellationToken cancellationToken)
    {
        var own = states.Where(state => state.Projection == target.Name).ToDictionary(state => state.Slot);
        var head = await store.Engine.ReadHeadAsync(cancellationToken);
        var live = own.GetValueOrDefault(ProjectionSlot.Live) ?? new(
            target.Name, ProjectionSlot.Live, 1, await store.Engine.ReadCheckpointAsync(target.Name, cancellationToken), null, 0, null, null);
        if (target.Inline is not null)
            live = live with { Position = head };
        return new(
            store.Name, target.Name, target.Inline is null ? "asynchronous" : "inline", target.Table.Name, head, GenerationStatus.Of(live, head),
            own.GetValueOrDefault(ProjectionSlot.Next) is { } next ? GenerationStatus.Of(next, head) : null,
            own.GetValueOrDefault(ProjectionSlot.Previous) is { } previous ? GenerationStatus.Of(previous, head) : null,
            await Storage.ReadSkipsAsync(target.Name, cancellationToken));
    }

    private Target Find(string name) =>
        asynchronous.FirstOrDefault(projection => projection.Name == name) is { } following ? new(name, following.Table, null, following)
        : inline.FirstOrDefault(projection => projection.Table.Name == name) is { } written ? new(name, written.Table, written, null)
        : throw new DomainException("projection-unknown", $"Store {store.Name} has no projection {name}, but {string.Join(", ", Names)}.");

    private DateTimeOffset Now() => store.Clock.GetUtcNow().TruncateToMicroseconds();

    /// <summary>One of both kinds.</summary>
    internal sealed record Target(string Name, Table Table, IInlineProjection? Inline, IAsyncProjection? Async)
    {
        public IRowSource RowsBeside(EventStore store) =>
            Inline is not null ? new InlineRows(store, Inline, Table.Next) : new AsyncRows(store, Async!, Table.Next);
    }
}
