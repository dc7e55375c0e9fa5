using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>A column of both databases. The target's type says what the source's value means.</summary>
internal sealed record MovedColumn(string Name, string PostgreSqlType)
{
    /// <summary>Whether every value of this type has one meaning in both databases.</summary>
    public bool IsKnown => PostgreSqlType is "int8" or "int4" or "bool" or "text" or "bytea" or "uuid" or "timestamptz" or "float8";

    /// <summary>What SQLite gave as what PostgreSQL takes: ids are 16 bytes or text there, instants microseconds or EF Core's text, truth a number.</summary>
    public object? FromSqlite(object? value) => (PostgreSqlType, value) switch
    {
        (_, null or DBNull) => null,
        ("int8", long number) => number,
        ("int4", long number) => checked((int)number),
        ("bool", long number) => number != 0,
        ("text", string text) => text,
        ("bytea", byte[] bytes) => bytes,
        ("uuid", byte[] bytes) => new Guid(bytes, bigEndian: true),
        ("uuid", string text) => Guid.Parse(text),
        ("timestamptz", long microseconds) => Instants.FromUnixMicroseconds(microseconds).UtcDateTime,
        ("timestamptz", string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).TruncateToMicroseconds().UtcDateTime,
        ("float8", double number) => number,
        ("float8", long number) => (double)number,
        _ => throw new MigrationException(
            string.Create(CultureInfo.InvariantCulture, $"Column {Name} holds a {value!.GetType().Name}, which is no {PostgreSqlType}. The source was changed by hand, or by a newer version.")),
    };

    public void Write(NpgsqlBinaryImporter importer, object? value)
    {
        switch (value)
        {
            case null: importer.WriteNull(); break;
            case long number: importer.Write(number, NpgsqlDbType.Bigint); break;
            case int number: importer.Write(number, NpgsqlDbType.Integer); break;
            case bool truth: importer.Write(truth, NpgsqlDbType.Boolean); break;
            case string text: importer.Write(text, NpgsqlDbType.Text); break;
            case byte[] bytes: importer.Write(bytes, NpgsqlDbType.Bytea); break;
            case Guid id: importer.Write(id, NpgsqlDbType.Uuid); break;
            case DateTime instant: importer.Write(instant, NpgsqlDbType.TimestampTz); break;
            case double number: importer.Write(number, NpgsqlDbType.Double); break;
            default: throw new NotSupportedException($"{value.GetType().Name} in column {Name}.");
        }
    }

    /// <summary>The value as bytes that are the same for both databases.</summary>
    public static void Append(ArrayBufferWriter<byte> bytes, object? value)
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
