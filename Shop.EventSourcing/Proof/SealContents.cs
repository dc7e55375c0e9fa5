using System.Buffers.Binary;
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

    /// <exception cref="InvalidDataException">They were damaged.</exception>
    public static List<Place> ReadPlaces(Seal seal)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(seal.Places));
            var streams = new List<string>();
            var places = new List<Place>();
            for (var position = seal.First; position <= seal.Last; position++)
            {
                var number = reader.Read7BitEncodedInt();
                if (number == 0)
                    streams.Add(reader.ReadString());
                places.Add(new(streams[(number == 0 ? streams.Count : number) - 1], reader.Read7BitEncodedInt64()));
            }

            return places;
        }
        catch (Exception error) when (error is IOException or FormatException or ArgumentException)
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
