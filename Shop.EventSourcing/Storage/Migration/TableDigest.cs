using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>
/// How many rows a table has and what they are, whatever their order: the sum of the rows' SHA-256, of which 128 bits each. Equal
/// for both databases when every value of every row is.
/// </summary>
public readonly record struct TableDigest(long Rows, UInt128 Sum)
{
    internal static TableDigest Of(IEnumerable<object?[]> rows)
    {
        var digest = default(TableDigest);
        var bytes = new ArrayBufferWriter<byte>();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var row in rows)
        {
            bytes.ResetWrittenCount();
            foreach (var value in row)
                MovedColumn.Append(bytes, value);
            SHA256.HashData(bytes.WrittenSpan, hash);
            digest = new(digest.Rows + 1, unchecked(digest.Sum + BinaryPrimitives.ReadUInt128BigEndian(hash)));
        }

        return digest;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, {Sum:x32}");
}
