using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// SHA-256 over everything that is stored of an event but its place: id, instant, stored name, data and metadata, byte for byte as
/// they are stored. The place is told apart, so that an event which was moved is recognised.
/// </summary>
public static class EventDigest
{
    public const int Bytes = 32;

    private const int MissingLength = -1;

    // Stored format: digests are kept for as long as the log. Another one needs another name.
    private static ReadOnlySpan<byte> Format => "shop-event.v1"u8;

    public static byte[] Of(RecordedEvent recorded)
    {
        var digest = new byte[Bytes];
        Compute(recorded, digest);
        return digest;
    }

    internal static void Compute(RecordedEvent recorded, Span<byte> digest) =>
        Compute(new NewEvent(recorded.Id, recorded.Type, recorded.Data, recorded.Metadata, recorded.RecordedAt), digest);

    internal static void Compute(NewEvent recorded, Span<byte> digest)
    {
        var most = Format.Length + 16 + 8 + (3 * 4) + Encoding.UTF8.GetMaxByteCount(recorded.Type.Length) + recorded.Data.Length + (recorded.Metadata?.Length ?? 0);
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        Format.CopyTo(buffer);
        var size = Format.Length;
        recorded.Id.TryWriteBytes(buffer.AsSpan(size), bigEndian: true, out var idBytes);
        size += idBytes;
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(size), recorded.RecordedAt.ToUnixMicroseconds());
        size += 8;
        var typeBytes = Encoding.UTF8.GetBytes(recorded.Type, buffer.AsSpan(size + 4));
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(size), typeBytes);
        size += 4 + typeBytes;
        size += Write(buffer.AsSpan(size), recorded.Data);
        size += Write(buffer.AsSpan(size), recorded.Metadata);
        SHA256.HashData(buffer.AsSpan(0, size), digest);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static int Write(Span<byte> buffer, byte[]? value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer, value?.Length ?? MissingLength);
        value?.CopyTo(buffer[4..]);
        return 4 + (value?.Length ?? 0);
    }
}
