using System.Globalization;
using System.Security.Cryptography;

namespace Shop.PaymentSandbox.Storage;

/// <summary>The ledger's tables, by prepared statements. Used on the writer thread only.</summary>
internal sealed class LedgerTables
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS intents (
          sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, order_id TEXT, amount INTEGER NOT NULL CHECK (amount > 0),
          currency TEXT NOT NULL, payment_method TEXT NOT NULL, capture_method TEXT NOT NULL, status TEXT NOT NULL,
          created INTEGER NOT NULL, idempotency_key TEXT, metadata TEXT NOT NULL, decline_code TEXT,
          captured INTEGER NOT NULL DEFAULT 0, refunded INTEGER NOT NULL DEFAULT 0, canceled INTEGER,
          creates INTEGER NOT NULL DEFAULT 1, captures INTEGER NOT NULL DEFAULT 0, cancels INTEGER NOT NULL DEFAULT 0,
          refunds INTEGER NOT NULL DEFAULT 0,
          CHECK (captured <= amount AND refunded <= captured));
        CREATE INDEX IF NOT EXISTS intents_by_order ON intents (order_id) WHERE order_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS refunds (
          sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, intent INTEGER NOT NULL REFERENCES intents,
          amount INTEGER NOT NULL CHECK (amount > 0), created INTEGER NOT NULL, reason TEXT);
        CREATE TABLE IF NOT EXISTS answers (
          sequence INTEGER PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, fingerprint BLOB NOT NULL,
          status INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS webhooks (
          sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS webhooks_by_due ON webhooks (due);
        """;

    private const string IntentColumns =
        "sequence, id, order_id, amount, currency, payment_method, capture_method, status, created, idempotency_key, "
        + "metadata, decline_code, captured, refunded, canceled, captures, cancels, refunds";

    private readonly Statement _begin, _commit, _rollback;
    private readonly Statement _findAnswer, _saveAnswer;
    private readonly Statement _insertIntent, _updateIntent, _findIntent, _findByOrder;
    private readonly Statement _insertRefund, _findRefund;
    private readonly Statement _queueWebhook, _dueWebhooks, _nextWebhook, _deleteWebhook, _postponeWebhook;
    private long _lastIntent, _lastRefund;

    public LedgerTables(Sqlite connection)
    {
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        _findAnswer = connection.Prepare("SELECT fingerprint, status, body FROM answers WHERE idempotency_key = ?");
        _saveAnswer = connection.Prepare("INSERT INTO answers (idempotency_key, fingerprint, status, body) VALUES (?, ?, ?, ?)");
        _insertIntent = connection.Prepare(
            $"INSERT INTO intents ({IntentColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _updateIntent = connection.Prepare(
            "UPDATE intents SET status = ?, captured = ?, refunded = ?, canceled = ?, captures = ?, cancels = ?, refunds = ? WHERE sequence = ?");
        _findIntent = connection.Prepare($"SELECT {IntentColumns} FROM intents WHERE sequence = ?");
        _findByOrder = connection.Prepare($"SELECT {IntentColumns} FROM intents WHERE order_id = ? ORDER BY sequence DESC LIMIT 100");
        _insertRefund = connection.Prepare("INSERT INTO refunds (sequence, id, intent, amount, created, reason) VALUES (?, ?, ?, ?, ?, ?)");
        _findRefund = connection.Prepare(
            "SELECT r.sequence, r.id, i.id, r.amount, i.currency, r.created, r.reason FROM refunds r JOIN intents i ON i.sequence = r.intent WHERE r.sequence = ?");
        _queueWebhook = connection.Prepare("INSERT INTO webhooks (body, due) VALUES (?, ?)");
        _dueWebhooks = connection.Prepare("SELECT sequence, body, attempts FROM webhooks WHERE due <= ? ORDER BY due, sequence LIMIT ?");
        _nextWebhook = connection.Prepare("SELECT due FROM webhooks ORDER BY due LIMIT 1");
        _deleteWebhook = connection.Prepare("DELETE FROM webhooks WHERE sequence = ?");
        _postponeWebhook = connection.Prepare("UPDATE webhooks SET attempts = attempts + 1, due = ? WHERE sequence = ?");
        _lastIntent = Last(connection, "intents");
        _lastRefund = Last(connection, "refunds");
    }

    public static void Create(Sqlite connection)
    {
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = FULL");
        connection.Execute("PRAGMA journal_size_limit = 16777216");
        connection.Execute(Schema);
    }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void Rollback() => _rollback.Run();

    public (long Sequence, string Id) NextIntentId() => NextId("pi_", ref _lastIntent);

    public (long Sequence, string Id) NextRefundId() => NextId("re_", ref _lastRefund);

    public SavedAnswer? FindAnswer(string idempotencyKey) =>
        One(_findAnswer.Bind(idempotencyKey), static row => new SavedAnswer(row.Blob(0), row.Int(1), row.Blob(2)));

    public void SaveAnswer(string idempotencyKey, SavedAnswer answer) =>
        _saveAnswer.Bind(idempotencyKey).Bind(answer.Fingerprint).Bind(answer.Status).Bind(answer.Body).Run();

    public void Insert(PaymentIntent intent) => _insertIntent
        .Bind(intent.Sequence).Bind(intent.Id).Bind(intent.OrderId).Bind(intent.AmountMinor).Bind(intent.Currency)
        .Bind(intent.PaymentMethod).Bind(intent.CaptureMethod).Bind(intent.Status).Bind(intent.CreatedUnixSeconds)
        .Bind(intent.IdempotencyKey).Bind(intent.MetadataJson).Bind(intent.DeclineCode).Bind(intent.CapturedMinor)
        .Bind(intent.RefundedMinor).Bind(intent.CanceledUnixSeconds).Bind(intent.Captures).Bind(intent.Cancels)
        .Bind(intent.Refunds).Run();

    public void Update(PaymentIntent intent) => _updateIntent
        .Bind(intent.Status).Bind(intent.CapturedMinor).Bind(intent.RefundedMinor).Bind(intent.CanceledUnixSeconds)
        .Bind(intent.Captures).Bind(intent.Cancels).Bind(intent.Refunds).Bind(intent.Sequence).Run();

    public PaymentIntent? FindIntent(string id) =>
        TryReadSequence(id, "pi_", out var sequence) && One(_findIntent.Bind(sequence), ReadIntent) is { } found && found.Id == id
            ? found
            : null;

    public IReadOnlyList<PaymentIntent> FindIntentsOfOrder(string orderId) => All(_findByOrder.Bind(orderId), ReadIntent);

    public void Insert(Refund refund, PaymentIntent intent) => _insertRefund
        .Bind(refund.Sequence).Bind(refund.Id).Bind(intent.Sequence).Bind(refund.AmountMinor)
        .Bind(refund.CreatedUnixSeconds).Bind(refund.Reason).Run();

    public Refund? FindRefund(string id) =>
        TryReadSequence(id, "re_", out var sequence) && One(_findRefund.Bind(sequence), ReadRefund) is { } found && found.Id == id
            ? found
            : null;

    public void QueueWebhook(byte[] body, long dueUnixMilliseconds) => _queueWebhook.Bind(body).Bind(dueUnixMilliseconds).Run();

    public IReadOnlyList<QueuedWebhook> DueWebhooks(long nowUnixMilliseconds, int limit) => All(
        _dueWebhooks.Bind(nowUnixMilliseconds).Bind(limit),
        static row => new QueuedWebhook(row.Long(0), row.Blob(1), row.Int(2)));

    public long? NextWebhookDue() => All(_nextWebhook, static row => (long?)row.Long(0)).FirstOrDefault();

    public void DeleteWebhook(long sequence) => _deleteWebhook.Bind(sequence).Run();

    public void PostponeWebhook(long sequence, long dueUnixMilliseconds) => _postponeWebhook.Bind(dueUnixMilliseconds).Bind(sequence).Run();

    // The sequence inside the id makes the primary key the only index a look-up needs; the random part makes ids of two ledgers differ.
    private static (long, string) NextId(string prefix, ref long last) =>
        (++last, string.Concat(prefix, last.ToString("x10", CultureInfo.InvariantCulture), RandomNumberGenerator.GetHexString(14, lowercase: true)));

    private static bool TryReadSequence(string id, string prefix, out long sequence)
    {
        sequence = 0;
        return id.Length == 27 && id.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(id.AsSpan(3, 10), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out sequence);
    }

    private static PaymentIntent ReadIntent(Statement row) => new()
    {
        Sequence = row.Long(0),
        Id = row.Text(1),
        OrderId = row.TextOrNull(2),
        AmountMinor = row.Long(3),
        Currency = row.Text(4),
        PaymentMethod = row.Text(5),
        CaptureMethod = row.Text(6),
        Status = row.Text(7),
        CreatedUnixSeconds = row.Long(8),
        IdempotencyKey = row.TextOrNull(9),
        MetadataJson = row.Text(10),
        DeclineCode = row.TextOrNull(11),
        CapturedMinor = row.Long(12),
        RefundedMinor = row.Long(13),
        CanceledUnixSeconds = row.IsNull(14) ? null : row.Long(14),
        Captures = row.Int(15),
        Cancels = row.Int(16),
        Refunds = row.Int(17),
    };

    private static Refund ReadRefund(Statement row) =>
        new(row.Long(0), row.Text(1), row.Text(2), row.Long(3), row.Text(4), row.Long(5), row.TextOrNull(6));

    private static T? One<T>(Statement statement, Func<Statement, T> read) where T : class
    {
        try
        {
            return statement.Read() ? read(statement) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private static List<T> All<T>(Statement statement, Func<Statement, T> read)
    {
        var rows = new List<T>();
        while (statement.Read()) rows.Add(read(statement));
        return rows;
    }

    private static long Last(Sqlite connection, string table)
    {
        var last = connection.Prepare($"SELECT COALESCE(MAX(sequence), 0) FROM {table}");
        last.Read();
        var sequence = last.Long(0);
        last.Reset();
        return sequence;
    }
}
