using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Shop.Ordering;

/// <summary>SHA-256 over fields, each with its length, so that no two lists of fields give the same bytes.</summary>
internal sealed class CanonicalHash
{
    private readonly ArrayBufferWriter<byte> buffer = new(256);

    public CanonicalHash(string purpose) => Add(purpose);

    public CanonicalHash Add(string? text)
    {
        if (text is null)
            return Add(-1L);
        Add(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, buffer);
        return this;
    }

    public CanonicalHash Add(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(sizeof(long)), number);
        buffer.Advance(sizeof(long));
        return this;
    }

    public CanonicalHash Add(long? number) => number is { } present ? Add(1L).Add(present) : Add(0L);

    public string ToHex() => Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));

    /// <summary>The first half of the hash as an id (UUID version 8).</summary>
    public Guid ToGuid()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
