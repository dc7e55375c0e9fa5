using System.Buffers.Binary;

namespace Shop.EventSourcing;

/// <summary>
/// Ids of events and messages: UUID version 7, so they grow with time and stay together in an index. They must be unique, not
/// secret: a generator seeded once per thread saves a call to the system's cryptographic one for each event.
/// </summary>
public static class Ids
{
    [ThreadStatic]
    private static Random? random;

    /// <summary>A new id for this instant.</summary>
    public static Guid New(DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[16];
        (random ??= new()).NextBytes(id);
        var millisecondsAndVersion = (now.ToUnixTimeMilliseconds() << 16) | 0x7000 | (BinaryPrimitives.ReadUInt16BigEndian(id[6..]) & 0x0FFFL);
        BinaryPrimitives.WriteInt64BigEndian(id, millisecondsAndVersion);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new(id, bigEndian: true);
    }
}
