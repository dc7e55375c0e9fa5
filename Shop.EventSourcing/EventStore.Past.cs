using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;

namespace Shop.EventSourcing;

/// <content>
/// How it was. A stream as of an instant is the stream up to its last event that was recorded by then; a read model as of an instant
/// is what the log gives up to its last event that was recorded by then. Both have been so; snapshots and stored rows are not used.
/// </content>
public partial class EventStore
{
    /// <summary>The state of one stream as it was at a version or at an instant, from its events; 0 and the initial state before the first.</summary>
    public async Task<(TState State, long Version)> ReadAsOfAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, string id, long? version = null, DateTimeOffset? instant = null, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class
    {
        var state = aggregate.Initial;
        var reached = 0L;
        await foreach (var recorded in ReadStreamAsync(aggregate.Stream(id), 0, version, instant, cancellationToken))
        {
            state = aggregate.Evolve(state, Decode<TEvent>(aggregate.Events, recorded));
            reached = recorded.Version;
        }

        return (state, reached);
    }

    /// <inheritdoc cref="ReadAsOfAsync{TState,TEvent}(Aggregate{TState,TEvent},string,long?,DateTimeOffset?,CancellationToken)"/>
    public Task<(TState State, long Version)> ReadAsOfAsync<TState, TEvent>(
        Aggregate<TState, TEvent> aggregate, Guid id, long? version = null, DateTimeOffset? instant = null, CancellationToken cancellationToken = default)
        where TState : class
        where TEvent : class => ReadAsOfAsync(aggregate, id.ToString("D"), version, instant, cancellationToken);

    /// <summary>The rows of a read model as they were at an instant. Takes as long as reading the log up to there.</summary>
    public Task<IReadOnlyList<TRow>> ReadRowsAsOfAsync<TRow>(AsyncProjection<TRow> projection, DateTimeOffset instant, CancellationToken cancellationToken = default)
        where TRow : class => ReadRowsAsOfAsync<TRow>(new FollowedRows(projection), instant, cancellationToken);

    /// <inheritdoc cref="ReadRowsAsOfAsync{TRow}(AsyncProjection{TRow},DateTimeOffset,CancellationToken)"/>
    public Task<IReadOnlyList<TRow>> ReadRowsAsOfAsync<TRow>(IInlineProjection projection, DateTimeOffset instant, CancellationToken cancellationToken = default)
        where TRow : class => ReadRowsAsOfAsync<TRow>(new PastInlineRows(projection, inlineProjections.Keys), instant, cancellationToken);

    /// <summary>Queries a read model as it is stored, or as it was at an instant.</summary>
    public async Task<List<T>> QueryAsync<TRow, T>(
        IInlineProjection projection, DateTimeOffset? instant, Func<IQueryable<TRow>, IQueryable<T>> query, CancellationToken cancellationToken = default)
        where TRow : class => instant is { } past
        ? [.. query((await ReadRowsAsOfAsync<TRow>(projection, past, cancellationToken)).AsQueryable())]
        : await QueryAsync(query, cancellationToken);

    /// <inheritdoc cref="QueryAsync{TRow,T}(IInlineProjection,DateTimeOffset?,Func{IQueryable{TRow},IQueryable{T}},CancellationToken)"/>
    public async Task<List<T>> QueryAsync<TRow, T>(
        AsyncProjection<TRow> projection, DateTimeOffset? instant, Func<IQueryable<TRow>, IQueryable<T>> query, CancellationToken cancellationToken = default)
        where TRow : class => instant is { } past
        ? [.. query((await ReadRowsAsOfAsync(projection, past, cancellationToken)).AsQueryable())]
        : await QueryAsync(query, cancellationToken);

    private async Task<List<T>> QueryAsync<TRow, T>(Func<IQueryable<TRow>, IQueryable<T>> query, CancellationToken cancellationToken) where TRow : class
    {
        await using var models = Engine.OpenReadModels();
        return await query(models.Query<TRow>()).ToListAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<TRow>> ReadRowsAsOfAsync<TRow>(PastRows rows, DateTimeOffset instant, CancellationToken cancellationToken)
        where TRow : class
    {
        var last = await PositionAtAsync(instant, cancellationToken);
        for (var position = 0L; position < last;)
        {
            var batch = await Engine.ReadLogAsync(position, (int)Math.Min(ReadBatch, last - position), cancellationToken);
            foreach (var recorded in batch)
                rows.Apply(recorded);
            position = batch[^1].Position;
        }

        return [.. rows.All.Cast<TRow>()];
    }

    private async Task<long> PositionAtAsync(DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var last = await Engine.ReadPositionAsync(instant, cancellationToken);
        if ((await Engine.ReadSegmentsAsync("", 1, cancellationToken)).Count == 0)
            return last;

        // What is in the archive is found by reading it.
        var position = last;
        while (await Engine.ReadLogAsync(position, ReadBatch, cancellationToken) is [.., { Position: var reached }] batch)
        {
            foreach (var recorded in batch.Where(recorded => recorded.RecordedAt <= instant))
                last = recorded.Position;
            position = reached;
        }

        return last;
    }

    private async Task<long> LastVersionAsync(string stream, long afterVersion, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await Engine.ReadStreamAsync(stream, afterVersion, null, instant, ReadBatch, cancellationToken);
            if (batch.Count > 0)
                afterVersion = batch[^1].Version;
            if (batch.Count < ReadBatch)
                return afterVersion;
        }
    }
}
