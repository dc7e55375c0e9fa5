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
        var (digest, bytes) = (default(TableDigest), new ArrayBufferWriter<byte>());
        foreach (var row in rows)
            digest = digest.With(row, bytes);
        return digest;
    }

    internal static async Task<TableDigest> OfAsync(IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var (digest, bytes) = (default(TableDigest), new ArrayBufferWriter<byte>());
        await foreach (var row in rows.WithCancellation(cancellationToken))
            digest = digest.With(row, bytes);
        return digest;
    }

    private TableDigest With(object?[] row, ArrayBufferWriter<byte> bytes)
    {
        bytes.ResetWrittenCount();
        foreach (var value in row)
            MovedColumn.Append(bytes, value);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, hash);
        return new(Rows + 1, unchecked(Sum + BinaryPrimitives.ReadUInt128BigEndian(hash)));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, {Sum:x32}");
}
