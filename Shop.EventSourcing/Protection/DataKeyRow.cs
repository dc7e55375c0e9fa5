using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Protection;

/// <summary>
/// The key of one data subject, wrapped. A row is written with the first event that the key protects. Destroying the key overwrites it;
/// the row stays and is never deleted, and each row is as long as it ever was: so SQLite overwrites it in its place.
/// </summary>
public sealed record DataKeyRow
{
    /// <summary>To be among the tables of each store that holds personal data.</summary>
    public static readonly Table<DataKeyRow> Table = new("data_keys", nameof(KeyId));

    private static readonly string NoMasterKey = new('0', 16);
    private static readonly string NoKey = Convert.ToBase64String(new byte[SealedBox.KeyBytes + SealedBox.OverheadBytes]);

    public required Guid KeyId { get; init; }

    /// <summary>Whose it is, such as <c>customer:c-17</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>All zeros: destroyed.</summary>
    public required string MasterKeyId { get; init; }

    /// <summary>Base64 of nonce, ciphertext and tag (AES-256-GCM).</summary>
    public required string Wrapped { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static string DestroyedMark => NoMasterKey;

    internal bool IsDestroyed => MasterKeyId == NoMasterKey;

    internal static DataKeyRow Destroyed(Guid keyId, string subject, DateTimeOffset createdAt) =>
        new() { KeyId = keyId, Subject = subject, MasterKeyId = NoMasterKey, Wrapped = NoKey, CreatedAt = createdAt };

    internal static Task<DataKeyRow?> FindAsync(EventStore store, Guid keyId, CancellationToken cancellationToken) =>
        store.Engine.Projections.SnapshotAsync(async sql =>
        {
            DataKeyRow? found = null;
            await sql.QueryAsync(
                "SELECT subject, master_key_id, wrapped, created_at FROM data_keys WHERE key_id = $1",
                row => found = new()
                {
                    KeyId = keyId,
                    Subject = row.Text(0)!,
                    MasterKeyId = row.Text(1)!,
                    Wrapped = row.Text(2)!,
                    CreatedAt = row.Instant(3)!.Value,
                },
                keyId);
            return found;
        }, cancellationToken);

    /// <summary>The master keys that keys are wrapped under; destroyed ones are under none.</summary>
    internal static Task<List<string>> ReadMasterKeyIdsAsync(EventStore store, CancellationToken cancellationToken) =>
        store.Engine.Projections.SnapshotAsync(async sql =>
        {
            var ids = new List<string>();
            await sql.QueryAsync("SELECT DISTINCT master_key_id FROM data_keys WHERE master_key_id <> $1", row => ids.Add(row.Text(0)!), DestroyedMark);
            return ids;
        }, cancellationToken);
}
