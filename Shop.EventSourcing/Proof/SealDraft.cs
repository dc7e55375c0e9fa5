using System.Buffers;
using System.Text;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>A seal in the making: takes in event after event, and keeps of each only what the seal will.</summary>
internal sealed class SealDraft(long after)
{
    private readonly ArrayBufferWriter<byte> digests = new();
    private readonly ArrayBufferWriter<byte> places = new();
    private readonly Dictionary<string, int> streams = new(StringComparer.Ordinal);

    public long First { get; } = after + 1;

    /// <summary>Position of the last event taken in.</summary>
    public long Last { get; private set; } = after;

    public int Count => (int)(Last - First + 1);

    public byte[] Digests => digests.WrittenSpan.ToArray();

    /// <summary>For each event the number of its stream, 0 for one that was not named before in this seal and is now, and its version.</summary>
    public byte[] Places => places.WrittenSpan.ToArray();

    public void Add(RecordedEvent recorded) => Add(
        recorded.Position, recorded.Stream, recorded.Version, new(recorded.Id, recorded.Type, recorded.Data, recorded.Metadata, recorded.RecordedAt));

    public void Add(long position, string stream, long version, NewEvent @event)
    {
        EventDigest.Compute(@event, digests.GetSpan(EventDigest.Bytes)[..EventDigest.Bytes]);
        digests.Advance(EventDigest.Bytes);
        if (streams.TryGetValue(stream, out var number))
        {
            WritePlace(number);
        }
        else
        {
            streams.Add(stream, streams.Count + 1);
            WritePlace(0);
            var bytes = Encoding.UTF8.GetByteCount(stream);
            WritePlace(bytes);
            Encoding.UTF8.GetBytes(stream, places);
        }

        WritePlace(version);
        Last = position;
    }

    /// <summary>In groups of seven bits, the lowest first, as <see cref="BinaryReader"/> reads them.</summary>
    private void WritePlace(long number)
    {
        var value = (ulong)number;
        var span = places.GetSpan(10);
        var size = 0;
        for (; value >= 0x80; value >>= 7)
            span[size++] = (byte)(value | 0x80);
        span[size++] = (byte)value;
        places.Advance(size);
    }
}
