using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>The row writes of a group, those of each table as one call.</summary>
internal sealed class RowBatches(IReadOnlyDictionary<Table, SqlServerRows> tables)
{
    private readonly Dictionary<(Table Table, object Key), int> rounds = [];
    private readonly Dictionary<SqlServerRows, RowSet> batches = [];

    public void Add(int set, RowWrite write)
    {
        var key = (write.Table, KeyOf(write));
        rounds[key] = rounds.GetValueOrDefault(key) + 1;
        var table = tables[write.Table];
        if (!batches.TryGetValue(table, out var rows))
            batches.Add(table, rows = table.NewRows());
        table.Add(rows, rounds[key], set, write);
    }

    /// <summary>Moves the calls out.</summary>
    public IReadOnlyList<(string Procedure, RowSet Rows)> Take()
    {
        var calls = batches.Select(batch => (batch.Key.Procedure, batch.Value)).ToList();
        batches.Clear();
        rounds.Clear();
        return calls;
    }

    private static object KeyOf(RowWrite write)
    {
        var values = write.Table.Key.Select(column => column.Value(write.Row)).ToArray();
        return values is [{ } single] ? single : string.Join('\u001f', values);
    }
}
