using System.Reflection;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.WhatIf;

/// <summary>The rows that a projection would make of the log, in memory, and how they differ from those that are stored.</summary>
public sealed class SupposedRows(IStorageEngine engine, IAsyncProjection projection)
{
    private const int Attempts = 5;
    private static readonly MethodInfo Query = typeof(ReadModels).GetMethod(nameof(ReadModels.Query))!;

    private readonly Table table = projection.Table;
    private readonly Dictionary<RowKey, object?> rows = [];
    private readonly List<RowDifference> named = [];
    private (long Stored, long Changed, long OnlyStored) counts;

    /// <summary>Replays the log up to where the stored rows are, and compares.</summary>
    /// <param name="limit">So many differing rows are named; all are counted.</param>
    /// <exception cref="InvalidOperationException">An event could not be applied; the message names it. Or the stored rows never stood still.</exception>
    public async Task<RowDifferences> CompareAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            rows.Clear();
            named.Clear();
            counts = default;
            var position = await engine.ReadCheckpointAsync(projection.Name, cancellationToken);
            await ReplayAsync(position, cancellationToken);
            var made = rows.Values.Count(row => row is not null);
            await CompareStoredAsync(limit, cancellationToken);
            if (await engine.ReadCheckpointAsync(projection.Name, cancellationToken) != position)
                continue;
            var onlySupposed = rows.Values.OfType<object>().ToList();
            named.AddRange(onlySupposed.Take(Math.Max(0, limit - named.Count)).Select(row => Difference("only-other", null, row)));
            return new(
                projection.Name, "supposed", position, position, counts.Stored, made, counts.Changed, counts.OnlyStored, onlySupposed.Count, 0, named);
        }

        throw new InvalidOperationException($"The rows of {projection.Name} change faster than they can be compared. Pause the projection, or compare a copy.");
    }

    private async Task ReplayAsync(long until, CancellationToken cancellationToken)
    {
        await foreach (var recorded in History.ReadAsync(engine, cancellationToken))
        {
            if (recorded.Position > until)
                return;
            try
            {
                if (projection.TryDecode(recorded, out var @event) && projection.Key(@event, recorded) is { } values)
                {
                    var key = new RowKey(values);
                    rows[key] = projection.Apply(rows.GetValueOrDefault(key), @event, recorded);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException($"{projection.Name} cannot apply {recorded.Type} at position {recorded.Position} ({recorded.Stream} version {recorded.Version}): {error.Message}", error);
            }
        }
    }

    /// <summary>Takes away those that are stored; what remains are rows that only the replay has.</summary>
    private async Task CompareStoredAsync(int limit, CancellationToken cancellationToken)
    {
        await using var models = engine.OpenReadModels();
        var all = (IAsyncEnumerable<object>)Query.MakeGenericMethod(table.RowType).Invoke(models, null)!;
        await foreach (var stored in all.WithCancellation(cancellationToken))
        {
            counts.Stored++;
            var key = new RowKey([.. table.Key.Select(column => column.Value(stored))]);
            var supposed = rows.GetValueOrDefault(key);
            rows.Remove(key);
            var difference = Difference(supposed is null ? "only-live" : "changed", stored, supposed);
            if (difference.Columns.Count == 0)
                continue;
            if (supposed is null)
                counts.OnlyStored++;
            else
                counts.Changed++;
            if (named.Count < limit)
                named.Add(difference);
        }
    }

    private RowDifference Difference(string kind, object? stored, object? supposed) => new(
        string.Join(',', table.Key.Select(column => RowText.Of(column.Value((stored ?? supposed)!)))),
        kind,
        [
            .. table.Columns
                .Select(column => new ColumnDifference(column.Name, Text(column, stored), Text(column, supposed)))
                .Where(column => stored is null || supposed is null || column.Live != column.Other),
        ]);

    private static string? Text(Table.Column column, object? row) => row is null ? null : RowText.Of(column.Value(row));
}
