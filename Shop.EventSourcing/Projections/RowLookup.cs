using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// Looks up the rows of many keys with few queries. In plain SQL: every process that follows a log does it, and EF Core would cost each
/// of them about a second of processor time for its model and its queries (docs/adr/0027).
/// </summary>
internal sealed class RowLookup(IStorageEngine engine, Table table)
{
    private const int ValuesPerQuery = 500;

    private readonly Table.Column[] key = [.. table.Key];
    private readonly string select = $"SELECT {string.Join(", ", table.Columns.Select(column => Table.Quote(column.Name)))} FROM {Table.Quote(table.Name)} WHERE ";

    /// <summary>Adds the rows of those keys that are not there yet, with null for those that have none.</summary>
    public async Task AddAsync(Dictionary<RowKey, object?> rows, IEnumerable<RowKey> wanted, CancellationToken cancellationToken)
    {
        var missing = wanted.Where(row => !rows.ContainsKey(row)).Distinct().ToList();
        foreach (var row in missing)
            rows[row] = null;
        foreach (var chunk in missing.Chunk(ValuesPerQuery / key.Length))
        {
            foreach (var row in await FindAsync(chunk, cancellationToken))
                rows[new([.. key.Select(column => column.Value(row))])] = row;
        }
    }

    private Task<List<object>> FindAsync(RowKey[] wanted, CancellationToken cancellationToken) => engine.Projections.SnapshotAsync(async sql =>
    {
        var found = new List<object>();
        await sql.QueryAsync(select + Condition(wanted.Length), row => found.Add(table.Read(row)), [.. wanted.SelectMany(row => row.Values)]);
        return found;
    }, cancellationToken);

    private string Condition(int count) => key is [var only]
        ? $"{Table.Quote(only.Name)} IN ({string.Join(", ", Enumerable.Range(0, count).Select(Parameter))})"
        : string.Join(" OR ", Enumerable.Range(0, count).Select(row =>
            $"({string.Join(" AND ", key.Select((column, index) => $"{Table.Quote(column.Name)} = {Parameter((row * key.Length) + index)}"))})"));

    private static string Parameter(int index) => string.Create(CultureInfo.InvariantCulture, $"${index + 1}");
}
