using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <content>Seals.</content>
public sealed partial class SqlServerEngine
{
    public async Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        await QueryAsync("read-seals", ReadSeal, cancellationToken, ("@after", afterPosition), ("@limit", limit));

    public async Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken) =>
        (await QueryAsync("read-last-seal", ReadSeal, cancellationToken)).FirstOrDefault();

    public Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken) => CallAsync(
        "add_seal @lease, @token, @milliseconds, @previous, @first, @last, @digests, @places, @hash, @sealed_at, @key_id, @signature", [],
        [
            .. LeaseValues(lease), ("@previous", previous), ("@first", seal.First), ("@last", seal.Last), ("@digests", seal.Digests.ToArray()),
            ("@places", seal.Places.ToArray()), ("@hash", seal.Hash), ("@sealed_at", seal.SealedAt), ("@key_id", seal.KeyId), ("@signature", seal.Signature),
        ],
        cancellationToken);

    private static Seal ReadSeal(SqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetBytes(2), row.GetBytes(3), row.GetBytes(4), row.GetInstant(5), row.GetString(6), row.GetBytes(7));
}
