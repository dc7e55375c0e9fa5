using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>What a column's values are in both databases.</summary>
public enum MovedType
{
    /// <summary><see cref="long"/>.</summary>
    Number,

    /// <summary><see cref="int"/>.</summary>
    SmallNumber,

    /// <summary><see cref="bool"/>.</summary>
    Truth,

    /// <summary><see cref="string"/>.</summary>
    Text,

    /// <summary>An array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary>An array of <see cref="byte"/>: in UTF-8 what the source has as text.</summary>
    Utf8,

    /// <summary><see cref="Guid"/>.</summary>
    Id,

    /// <summary><see cref="DateTime"/> in UTC, to the microsecond.</summary>
    Instant,

    /// <summary><see cref="double"/>.</summary>
    Fraction,
}

/// <summary>A table of both databases.</summary>
public sealed record MovedTable(string Name, IReadOnlyList<MovedColumn> Columns)
{
    /// <summary>For SQL of any of them.</summary>
    public string ColumnList { get; } = string.Join(", ", Columns.Select(column => $"\"{column.Name}\""));
}

/// <summary>A column of both databases. The target's type says what the source's value means.</summary>
/// <param name="TargetType">As the target names it.</param>
public sealed record MovedColumn(string Name, MovedType Type, string TargetType)
{
    /// <summary>What SQLite gave as what the target takes: ids are 16 bytes or text there, instants microseconds or EF Core's text, truth a number.</summary>
    internal object? FromSqlite(object? value) => (Type, value) switch
    {
        (_, null or DBNull) => null,
        (MovedType.Number, long number) => number,
        (MovedType.SmallNumber, long number) => checked((int)number),
        (MovedType.Truth, long number) => number != 0,
        (MovedType.Text, string text) => text,
        (MovedType.Bytes, byte[] bytes) => bytes,
        (MovedType.Utf8, string text) => Encoding.UTF8.GetBytes(text),
        (MovedType.Id, byte[] bytes) => new Guid(bytes, bigEndian: true),
        (MovedType.Id, string text) => Guid.Parse(text),
        (MovedType.Instant, long microseconds) => Instants.FromUnixMicroseconds(microseconds).UtcDateTime,
        (MovedType.Instant, string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).TruncateToMicroseconds().UtcDateTime,
        (MovedType.Fraction, double number) => number,
        (MovedType.Fraction, long number) => (double)number,
        _ => throw new MigrationException(
            string.Create(CultureInfo.InvariantCulture, $"Column {Name} holds a {value!.GetType().Name}, which is no {TargetType}. The source was changed by hand, or by a newer version.")),
    };

    /// <summary>The value as bytes that are the same for both databases.</summary>
    internal static void Append(ArrayBufferWriter<byte> bytes, object? value)
    {
        switch (value)
        {
            case null or DBNull: Tag(0, 0); break;
            case string text:
                var size = Encoding.UTF8.GetByteCount(text);
                Tag(1, size);
                Encoding.UTF8.GetBytes(text, bytes.GetSpan(size));
                bytes.Advance(size);
                break;
            case byte[] blob:
                Tag(2, blob.Length);
                bytes.Write(blob);
                break;
            case Guid id:
                Tag(3, 16);
                id.TryWriteBytes(bytes.GetSpan(16), bigEndian: true, out _);
                bytes.Advance(16);
                break;
            case DateTime instant: Tag(4, (instant.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond); break;
            case DateTimeOffset instant: Append(bytes, instant.UtcDateTime); break;
            case bool truth: Tag(5, truth ? 1 : 0); break;
            case long number: Tag(6, number); break;
            case int number: Tag(6, number); break;
            case double number: Tag(7, BitConverter.DoubleToInt64Bits(number)); break;
            default: throw new NotSupportedException($"{value.GetType().Name} has no bytes.");
        }

        void Tag(byte kind, long number)
        {
            var span = bytes.GetSpan(9);
            span[0] = kind;
            BinaryPrimitives.WriteInt64BigEndian(span[1..], number);
            bytes.Advance(9);
        }
    }
}
