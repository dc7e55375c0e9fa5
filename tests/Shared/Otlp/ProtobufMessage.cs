using System.Buffers.Binary;

namespace Shop.Testing.Otlp;

/// <summary>As much of the Protocol Buffers wire format as OTLP needs: the fields of a message, by number.</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> fields = [];

    /// <exception cref="FormatException">It is not a message.</exception>
    public ProtobufMessage(ReadOnlyMemory<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var key = Varint(bytes.Span, ref at);
            var (number, wireType) = ((int)(key >> 3), key & 7);
            switch (wireType)
            {
                case 0:
                    fields.Add((number, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    fields.Add((number, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new FormatException($"Field {number} has wire type {wireType}.");
            }
        }
    }

    public IEnumerable<ProtobufMessage> Messages(int number) =>
        fields.Where(field => field.Number == number).Select(field => new ProtobufMessage(field.Bytes));

    public bool Has(int number) => fields.Exists(field => field.Number == number);

    public string Text(int number) => System.Text.Encoding.UTF8.GetString(Bytes(number).Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).Span);

    public long Number(int number) => (long)Find(number).Value;

    public double Real(int number) => BitConverter.UInt64BitsToDouble(Find(number).Value);

    private ReadOnlyMemory<byte> Bytes(int number) => Find(number).Bytes;

    /// <summary>The last one, as the format wants it; a default when there is none.</summary>
    private (int Number, ulong Value, ReadOnlyMemory<byte> Bytes) Find(int number) => fields.FindLast(field => field.Number == number);

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
