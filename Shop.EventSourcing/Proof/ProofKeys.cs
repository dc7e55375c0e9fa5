using System.Security.Cryptography;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// The keys of a PEM file: the first private one signs, all are trusted when a signature is checked. So a key is replaced by
/// putting a new one before it. ECDSA on P-256.
/// </summary>
public sealed class ProofKeys : IDisposable
{
    private const int IdBytes = 8;

    private readonly Dictionary<string, ECDsa> trusted = new(StringComparer.Ordinal);
    private ECDsa? signing;

    /// <summary>Of the key that signs; null when there is none, only public ones.</summary>
    public string? SigningKeyId { get; private set; }

    /// <exception cref="ArgumentException">There is no key in it, or one cannot be read.</exception>
    public static ProofKeys Parse(params IEnumerable<string> pems)
    {
        var keys = new ProofKeys();
        foreach (var pem in pems)
        {
            for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
                keys.Add(rest[found.Location]);
        }

        return keys.trusted.Count > 0 ? keys : throw new ArgumentException("It has no key. Make one with: openssl ecparam -name prime256v1 -genkey -noout");
    }

    /// <summary>The keys of a file; when there is none, a new key is made, which only its owner may read.</summary>
    /// <exception cref="ArgumentException">There is no key in it, or one cannot be read.</exception>
    public static ProofKeys LoadOrCreate(string path)
    {
        if (!File.Exists(path))
            Create(path);
        return Parse(File.ReadAllText(path));
    }

    public void Dispose()
    {
        foreach (var key in trusted.Values)
            key.Dispose();
    }

    internal byte[] Sign(byte[] data) =>
        (signing ?? throw new InvalidOperationException("There is only a public key. Sealing needs a private one.")).SignData(data, HashAlgorithmName.SHA256);

    internal bool Knows(string keyId) => trusted.ContainsKey(keyId);

    internal bool Verify(string keyId, byte[] data, byte[] signature) =>
        trusted.TryGetValue(keyId, out var key) && key.VerifyData(data, signature, HashAlgorithmName.SHA256);

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = $"{path}.{Guid.CreateVersion7():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another store of this process was quicker: its key is the one.
            File.Delete(draft);
        }
    }

    private void Add(ReadOnlySpan<char> pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException($"A key in it cannot be read: {error.Message}", error);
        }

        var id = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, IdBytes));
        if (!trusted.TryAdd(id, key))
        {
            key.Dispose();
            return;
        }

        if (signing is null && pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            (signing, SigningKeyId) = (key, id);
    }
}
