using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// The row writes of a group as batches, each one call. One statement can touch a row only once, and every write must meet the
/// table's constraints on its own; so the second write to a row goes to a second round, the third to a third.
/// </summary>
internal sealed class RowBatches(IReadOnlyDictionary<Table, SqlServerRows> tables)
{
    private readonly Dictionary<(Table Table, object Key), int> rounds = [];
    private readonly List<Dictionary<string, RowSet>> batches = [];

    public void Add(int set, RowWrite write)
    {
        var key = (write.Table, KeyOf(write));
        rounds[key] = rounds.GetValueOrDefault(key) + 1;
        var rows = tables[write.Table];
        rows.Add(Begin(rounds[key], write.Delete ? rows.Delete : rows.Upsert, rows.NewRows), set, write);
    }

    public void Add(int set, ParkedMessage message)
    {
        var rows = Begin(1, "park_messages", GroupTypes.Parked);
        rows.Add(
            rows.Count + 1, set, message.Id, message.Endpoint, message.MessageId, message.MessageType, message.ContentType, message.Body, message.Headers,
            message.Reason, message.Exception, message.ParkedAt);
    }

    // Round 0, so that one write set can replace a parked message under its id.
    public void DeleteParked(int set, Guid id)
    {
        var rows = Begin(0, "delete_parked", GroupTypes.Ids);
        rows.Add(rows.Count + 1, set, id);
    }

    /// <summary>Moves the calls out, in the order in which they must run.</summary>
    public IEnumerable<(string Procedure, RowSet Rows)> Take()
    {
        var calls = batches.SelectMany(round => round).Select(call => (call.Key, call.Value)).ToList();
        batches.Clear();
        rounds.Clear();
        return calls;
    }

    private static object KeyOf(RowWrite write)
    {
        var values = write.Table.Key.Select(column => column.Value(write.Row)).ToArray();
        return values is [{ } single] ? single : string.Join('\u001f', values);
    }

    private RowSet Begin(int round, string procedure, Func<RowSet> make)
    {
        while (batches.Count <= round)
            batches.Add(new(StringComparer.Ordinal));
        if (!batches[round].TryGetValue(procedure, out var rows))
            batches[round].Add(procedure, rows = make());
        return rows;
    }
}
