using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <content>Seals.</content>
public sealed partial class PostgreSqlEngine
{
    private const string SealsSql = "SELECT first_position, last_position, digests, places, hash, sealed_at, key_id, signature FROM seals";
    private const string AddSealSql = "SELECT add_seal($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

    public async Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        await QueryAsync($"{SealsSql} WHERE last_position > $1 ORDER BY last_position LIMIT $2", ReadSeal, cancellationToken, afterPosition, limit);

    public async Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken) =>
        (await QueryAsync($"{SealsSql} ORDER BY last_position DESC LIMIT 1", ReadSeal, cancellationToken)).FirstOrDefault();

    public async Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken)
    {
        await using var command = Command(
            AddSealSql, lease.Name, lease.Token, lease.Duration, previous, seal.First, seal.Last, seal.Digests, seal.Places, seal.Hash,
            seal.SealedAt.UtcDateTime, seal.KeyId, seal.Signature);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static Seal ReadSeal(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetString(6), row.GetFieldValue<byte[]>(7));
}
