namespace Shop.PaymentSandbox.Storage;

/// <summary>Reads a ledger's file on its own, whether or not the sandbox runs: what an audit compares the shop's books with.</summary>
public static class LedgerReader
{
    private const string Columns =
        "SELECT sequence, id, order_id, amount, currency, status, captured, refunded, created, idempotency_key, payment_method, "
        + "creates, captures, cancels, refunds FROM intents";

    /// <summary>Every intent, in order of creation, as of one instant.</summary>
    public static IReadOnlyList<LedgerRecord> ReadAll(string path) => ReadPage(path, after: 0, limit: int.MaxValue);

    /// <summary>The intents after a sequence number, in order of creation.</summary>
    public static IReadOnlyList<LedgerRecord> ReadPage(string path, long after, int limit)
    {
        using var connection = Sqlite.Open(path, readOnly: true);
        return Read(connection.Prepare($"{Columns} WHERE sequence > ? ORDER BY sequence LIMIT ?").Bind(after).Bind(limit));
    }

    /// <summary>The intents of some orders, as of one instant.</summary>
    public static IReadOnlyList<LedgerRecord> ReadOrders(string path, IEnumerable<string> orderIds)
    {
        using var connection = Sqlite.Open(path, readOnly: true);
        var records = new List<LedgerRecord>();
        var ofOrder = connection.Prepare($"{Columns} WHERE order_id = ? ORDER BY sequence");
        foreach (var orderId in orderIds)
            records.AddRange(Read(ofOrder.Bind(orderId)));
        return records;
    }

    private static List<LedgerRecord> Read(Statement rows)
    {
        var records = new List<LedgerRecord>();
        while (rows.Read())
        {
            records.Add(new LedgerRecord(
                rows.Long(0), rows.Text(1), rows.TextOrNull(2), rows.Long(3), rows.Text(4), rows.Text(5), rows.Long(6), rows.Long(7),
                DateTimeOffset.FromUnixTimeSeconds(rows.Long(8)), rows.TextOrNull(9), rows.Text(10),
                rows.Int(11), rows.Int(12), rows.Int(13), rows.Int(14)));
        }

        return records;
    }

    public static IReadOnlyList<LedgerSummary> Summarize(string path)
    {
        using var connection = Sqlite.Open(path, readOnly: true);
        var rows = connection.Prepare(
            "SELECT status, currency, COUNT(*), SUM(amount), SUM(captured), SUM(refunded) FROM intents GROUP BY status, currency ORDER BY status, currency");
        var summaries = new List<LedgerSummary>();
        while (rows.Read())
            summaries.Add(new LedgerSummary(rows.Text(0), rows.Text(1), rows.Long(2), rows.Long(3), rows.Long(4), rows.Long(5)));
        return summaries;
    }
}
