using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>Looks up the rows of many keys with few queries.</summary>
internal sealed class RowLookup(EventStore store, Table table)
{
    private const int KeysPerQuery = 500;
    private static readonly MethodInfo FindManyMethod = typeof(RowLookup).GetMethod(nameof(FindManyAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly Table.Column[] key = [.. table.Key];

    /// <summary>Adds the rows of those keys that are not there yet, with null for those that have none.</summary>
    public async Task AddAsync(Dictionary<RowKey, object?> rows, IEnumerable<RowKey> wanted, CancellationToken cancellationToken)
    {
        var missing = wanted.Where(row => !rows.ContainsKey(row)).Distinct().ToList();
        if (missing.Count == 0)
            return;
        foreach (var row in missing)
            rows[row] = null;
        await using var models = store.Engine.Projections.OpenReadModels(table);
        if (key.Length > 1 || missing.Count == 1)
        {
            foreach (var row in missing)
                rows[row] = await models.FindAsync(table.RowType, row.Values, cancellationToken);
            return;
        }

        var find = FindManyMethod.MakeGenericMethod(table.RowType, key[0].Type);
        foreach (var chunk in missing.Chunk(KeysPerQuery))
        {
            foreach (var row in await (Task<List<object>>)find.Invoke(null, [models, key[0], chunk, cancellationToken])!)
                rows[new([key[0].Value(row)])] = row;
        }
    }

    private static Task<List<object>> FindManyAsync<TRow, TKey>(ReadModels models, Table.Column key, RowKey[] wanted, CancellationToken cancellationToken)
        where TRow : class
    {
        // As a member of something, not as a constant: EF Core makes it a parameter, and plans the query once.
        var keys = new Wanted<TKey>([.. wanted.Select(row => (TKey)row.Values[0]!)]);
        var row = Expression.Parameter(typeof(TRow));
        var isWanted = Expression.Call(
            typeof(Enumerable), nameof(Enumerable.Contains), [typeof(TKey)], Expression.Property(Expression.Constant(keys), nameof(Wanted<TKey>.Keys)),
            Expression.Property(row, key.Property));
        return models.Query<TRow>().Where(Expression.Lambda<Func<TRow, bool>>(isWanted, row)).Select(found => (object)found).ToListAsync(cancellationToken);
    }

    private sealed record Wanted<TKey>(List<TKey> Keys);
}
