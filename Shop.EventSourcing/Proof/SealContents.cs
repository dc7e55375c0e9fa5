using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>Where an event belongs.</summary>
public readonly record struct Place(string Stream, long Version);

/// <summary>What a seal keeps of its events, and how.</summary>
internal static class SealContents
{
    // Stored format, as the digests.
    private static ReadOnlySpan<byte> Format => "shop-seal.v1"u8;

    public static byte[] Digests(IReadOnlyList<RecordedEvent> events)
    {
        var digests = new byte[events.Count * EventDigest.Bytes];
        for (var index = 0; index < events.Count; index++)
            EventDigest.Compute(events[index], digests.AsSpan(index * EventDigest.Bytes, EventDigest.Bytes));
        return digests;
    }

    public static byte[] Places(IReadOnlyList<RecordedEvent> events)
    {
        using var packed = new MemoryStream();
        using (var writer = new BinaryWriter(new BrotliStream(packed, CompressionLevel.Fastest)))
        {
            foreach (var recorded in events)
            {
                writer.Write(recorded.Stream);
                writer.Write7BitEncodedInt64(recorded.Version);
            }
        }

        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">They were damaged.</exception>
    public static List<Place> ReadPlaces(Seal seal)
    {
        try
        {
            using var reader = new BinaryReader(new BrotliStream(new MemoryStream(seal.Places), CompressionMode.Decompress));
            var places = new List<Place>();
            for (var position = seal.First; position <= seal.Last; position++)
                places.Add(new(reader.ReadString(), reader.Read7BitEncodedInt64()));
            return places;
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or FormatException)
        {
            throw new InvalidDataException("The places cannot be read.", error);
        }
    }

    /// <summary>Continues the chain.</summary>
    public static byte[] Hash(byte[] previous, long first, long last, byte[] digests, byte[] places)
    {
        Span<byte> positions = stackalloc byte[17];
        positions[0] = (byte)previous.Length;
        BinaryPrimitives.WriteInt64BigEndian(positions[1..], first);
        BinaryPrimitives.WriteInt64BigEndian(positions[9..], last);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Format);
        hash.AppendData(positions);
        hash.AppendData(previous);
        hash.AppendData(digests);
        hash.AppendData(places);
        return hash.GetHashAndReset();
    }
}
