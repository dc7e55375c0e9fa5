namespace Shop.EventSourcing.Storage.Sqlite;

/// <content>Seals.</content>
public sealed partial class SqliteEngine
{
    public Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Seal>>(reader => reader.Seals(afterPosition, limit), cancellationToken);

    public Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken) => Read(reader => reader.LastSeal(), cancellationToken);

    public Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken) =>
        Write(() => Writer.AddSeal(seal, previous), cancellationToken);
}

/// <content>Seals.</content>
internal sealed partial class SqliteReader
{
    private const string SealsSql = "SELECT first_position, last_position, digests, places, hash, sealed_at, key_id, signature FROM seals";

    public List<Seal> Seals(long afterPosition, int limit)
    {
        var statement = Statement($"{SealsSql} WHERE last_position > ?1 ORDER BY last_position LIMIT ?2");
        statement.Bind(1, afterPosition);
        statement.Bind(2, limit);
        return Seals(statement);
    }

    public Seal? LastSeal() => Seals(Statement($"{SealsSql} ORDER BY last_position DESC LIMIT 1")).FirstOrDefault();

    private static List<Seal> Seals(SqliteStatement statement) => Rows(statement, row => new Seal(
        row.Int64(0), row.Int64(1), row.Bytes(2), row.Bytes(3), row.Bytes(4), row.Instant(5), row.Text(6), row.Bytes(7)));
}

/// <content>Seals.</content>
internal sealed partial class SqliteWriter
{
    private SqliteStatement? addSeal;

    public bool AddSeal(Seal seal, byte[] previous) => InTransaction(() =>
    {
        addSeal ??= database.Prepare(EmbeddedSql.Read("Sqlite", "add-seal"));
        addSeal.BindBlob(1, previous);
        addSeal.Bind(2, seal.First);
        addSeal.Bind(3, seal.Last);
        addSeal.BindBlob(4, seal.Digests);
        addSeal.BindBlob(5, seal.Places);
        addSeal.BindBlob(6, seal.Hash);
        addSeal.Bind(7, seal.SealedAt);
        addSeal.Bind(8, seal.KeyId);
        addSeal.BindBlob(9, seal.Signature);
        addSeal.Run();
        return database.Changes > 0;
    });
}
