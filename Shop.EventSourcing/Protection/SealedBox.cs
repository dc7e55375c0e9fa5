using System.Security.Cryptography;

namespace Shop.EventSourcing.Protection;

/// <summary>AES-256-GCM with a random nonce: nonce (12 bytes), ciphertext, tag (16 bytes).</summary>
internal static class SealedBox
{
    public const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public const int OverheadBytes = NonceBytes + TagBytes;

    /// <param name="place">What the box belongs to: it opens nowhere else.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> place)
    {
        var box = new byte[plain.Length + OverheadBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(^TagBytes..), place);
        return box;
    }

    /// <exception cref="CryptographicException">It was sealed under another key, for another place, or was changed since.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> place)
    {
        if (box.Length < OverheadBytes)
            throw new CryptographicException("It is too short.");
        var plain = new byte[box.Length - OverheadBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(box[..NonceBytes], box[NonceBytes..^TagBytes], box[^TagBytes..], plain, place);
        return plain;
    }
}
