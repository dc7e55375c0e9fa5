using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// Where a log stood: a signed statement that fits in a line. Kept outside of the database it reveals whether anything
/// before that position was changed or taken away since.
/// </summary>
/// <param name="Hash">The chain's hash at this position, hexadecimal.</param>
/// <param name="Signature">Base64.</param>
public sealed record SignedHead(string Store, long Position, string Hash, DateTimeOffset SealedAt, string KeyId, string Signature)
{
    internal static SignedHead Of(string store, Seal seal) =>
        new(store, seal.Last, Convert.ToHexStringLower(seal.Hash), seal.SealedAt, seal.KeyId, Convert.ToBase64String(seal.Signature));

    public override string ToString() => JsonSerializer.Serialize(this, SignedHeadJson.Default.SignedHead);

    /// <summary>The heads among the lines of a text, which may have others.</summary>
    public static IEnumerable<SignedHead> ReadAll(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("{\"store\"", StringComparison.Ordinal)))
        {
            if (JsonSerializer.Deserialize(line, SignedHeadJson.Default.SignedHead) is { } head)
                yield return head;
        }
    }

    internal static byte[] Signed(string store, long position, byte[] hash, DateTimeOffset sealedAt, string keyId) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"shop-head.v1\n{store}\n{position}\n{Convert.ToHexStringLower(hash)}\n{sealedAt.ToUnixMicroseconds()}\n{keyId}"));

    internal bool IsSignedBy(ProofKeys keys)
    {
        try
        {
            return keys.Verify(KeyId, Signed(Store, Position, Convert.FromHexString(Hash), SealedAt, KeyId), Convert.FromBase64String(Signature));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SignedHead))]
internal sealed partial class SignedHeadJson : JsonSerializerContext;
