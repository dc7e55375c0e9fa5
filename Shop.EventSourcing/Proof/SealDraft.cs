using System.Buffers;
using System.Text;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// A seal in the making: takes in event after event, and keeps of each only what the seal will. Its memory serves for the next one
/// again: under load it is a megabyte.
/// </summary>
internal sealed class SealDraft
{
    private readonly ArrayBufferWriter<byte> digests = new();
    private readonly ArrayBufferWriter<byte> places = new();
    private readonly Dictionary<string, int> streams = new(StringComparer.Ordinal);

    public long First { get; private set; } = 1;

    /// <summary>Position of the last event taken in.</summary>
    public long Last { get; private set; }

    public int Count => (int)(Last - First + 1);

    /// <summary>Until the next seal begins.</summary>
    public ReadOnlyMemory<byte> Digests => digests.WrittenMemory;

    /// <summary>For each event the number of its stream, 0 for one that was not named before in this seal and is now, and its version.</summary>
    public ReadOnlyMemory<byte> Places => places.WrittenMemory;

    public void Begin(long after)
    {
        (First, Last) = (after + 1, after);
        digests.ResetWrittenCount();
        places.ResetWrittenCount();
        streams.Clear();
    }

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
