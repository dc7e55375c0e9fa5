using System.Security.Cryptography;
using System.Text;

namespace Shop.EventSourcing.Protection;

/// <summary>
/// What wraps the keys of data subjects in the database, and is kept outside of it: who has a copy of the database, or of its WAL or a
/// backup, has no keys yet. Keys are wrapped under the current master key, and unwrapped under any of these.
/// </summary>
public sealed class MasterKeys
{
    /// <summary>Shorter secrets could be guessed.</summary>
    public const int MinSecretLength = 32;

    private readonly MasterKey current;
    private readonly Dictionary<string, MasterKey> byId;

    /// <param name="current">Secret text of at least <see cref="MinSecretLength"/> characters, such as <c>openssl rand -base64 32</c> prints.</param>
    /// <param name="others">Earlier ones whose keys are not all wrapped anew yet, and one that is going to be the current one.</param>
    /// <exception cref="ArgumentException">A secret is too short.</exception>
    public MasterKeys(string current, params IEnumerable<string> others)
    {
        this.current = new(current);
        byId = others.Select(secret => new MasterKey(secret)).Append(this.current).DistinctBy(key => key.Id).ToDictionary(key => key.Id, StringComparer.Ordinal);
    }

    /// <summary>Tells which master key a key is wrapped under; says nothing about the master key itself.</summary>
    public string CurrentId => current.Id;

    public bool Has(string masterKeyId) => byId.ContainsKey(masterKeyId);

    internal DataKeyRow Wrap(DataKey key) => new()
    {
        KeyId = key.Id,
        Subject = key.Subject,
        MasterKeyId = current.Id,
        Wrapped = Convert.ToBase64String(SealedBox.Seal(current.Material, key.Material, PlaceOf(key.Id, key.Subject))),
        CreatedAt = key.CreatedAt,
    };

    /// <returns>Null when the key was destroyed.</returns>
    /// <exception cref="InvalidOperationException">It is wrapped under another master key, or was changed.</exception>
    internal DataKey? Unwrap(DataKeyRow row)
    {
        if (row.IsDestroyed)
            return null;
        if (!byId.TryGetValue(row.MasterKeyId, out var master))
            throw new InvalidOperationException($"Key {row.KeyId} is wrapped under master key {row.MasterKeyId}, which this process does not have (it has {string.Join(", ", byId.Keys)}).");
        try
        {
            return new(row.KeyId, row.Subject, row.CreatedAt, SealedBox.Open(master.Material, Convert.FromBase64String(row.Wrapped), PlaceOf(row.KeyId, row.Subject)));
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            throw new InvalidOperationException($"Key {row.KeyId} in table {DataKeyRow.Table.Name} was changed: it does not open under its master key {row.MasterKeyId}.", error);
        }
    }

    private static byte[] PlaceOf(Guid keyId, string subject) => Encoding.UTF8.GetBytes($"{keyId:D}/{subject}");

    private sealed class MasterKey
    {
        private const int IdBytes = 8;

        public MasterKey(string secret)
        {
            if (secret.Trim().Length < MinSecretLength)
                throw new ArgumentException($"A master key is at least {MinSecretLength} characters of secret text. Make one with: openssl rand -base64 32", nameof(secret));
            var text = Encoding.UTF8.GetBytes(secret.Trim());
            Material = HKDF.DeriveKey(HashAlgorithmName.SHA256, text, SealedBox.KeyBytes, info: "shop/master-key"u8.ToArray());
            Id = Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, text, IdBytes, info: "shop/master-key-id"u8.ToArray()));
        }

        public string Id { get; }

        public byte[] Material { get; }
    }
}
