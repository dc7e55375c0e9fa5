using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <summary>
/// A segment as bytes: a line of JSON that tells what it is, the events in position order, compressed with Brotli, and the SHA-256
/// of all before.
/// </summary>
internal static class SegmentFile
{
    private const string Format = "shop-segment.v1";
    private const byte LineEnd = (byte)'\n';

    public static byte[] Write(string store, IReadOnlyList<RecordedEvent> events, DateTimeOffset now)
    {
        using var file = new MemoryStream();
        var header = new Header(Format, store, events.Count, events[0].Position, events[^1].Position, Digest(events), now);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(header, SegmentJson.Default.Header));
        file.WriteByte(LineEnd);
        using (var writer = new BinaryWriter(new BrotliStream(file, CompressionLevel.Optimal, leaveOpen: true)))
        {
            foreach (var recorded in events)
                Write(writer, recorded);
        }

        file.Write(SHA256.HashData(file.GetBuffer().AsSpan(0, (int)file.Length)));
        return file.ToArray();
    }

    public static byte[] ChecksumOf(byte[] file) => file[^SHA256.HashSizeInBytes..];

    /// <exception cref="InvalidDataException">It is not what was written; the message says what is wrong with it.</exception>
    public static (Header Header, IReadOnlyList<RecordedEvent> Events) Read(byte[] file)
    {
        var end = file.Length - SHA256.HashSizeInBytes;
        if (end <= 0 || !SHA256.HashData(file.AsSpan(0, end)).AsSpan().SequenceEqual(file.AsSpan(end)))
            throw new InvalidDataException("its checksum does not fit");
        try
        {
            var line = file.AsSpan().IndexOf(LineEnd);
            if (line < 0 || JsonSerializer.Deserialize(file.AsSpan(0, line), SegmentJson.Default.Header) is not { Format: Format } header)
                throw new InvalidDataException("it is not a segment of a known format");
            using var reader = new BinaryReader(new BrotliStream(new MemoryStream(file, line + 1, end - line - 1), CompressionMode.Decompress));
            var events = new RecordedEvent[header.Events];
            for (var index = 0; index < events.Length; index++)
                events[index] = ReadEvent(reader);
            return Digest(events) == header.Digest ? (header, events) : throw new InvalidDataException("its events do not have the digests that it tells");
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or FormatException or JsonException)
        {
            throw new InvalidDataException("it cannot be read", error);
        }
    }

    /// <summary>Over the digests of the events, the same that are sealed.</summary>
    private static string Digest(IReadOnlyList<RecordedEvent> events) => Convert.ToHexStringLower(SHA256.HashData(SealContents.Digests(events)));

    private static void Write(BinaryWriter writer, RecordedEvent recorded)
    {
        writer.Write7BitEncodedInt64(recorded.Position);
        writer.Write(recorded.Stream);
        writer.Write7BitEncodedInt64(recorded.Version);
        writer.Write(recorded.Id.ToByteArray(bigEndian: true));
        writer.Write(recorded.Type);
        writer.Write(recorded.RecordedAt.ToUnixMicroseconds());
        writer.Write7BitEncodedInt(recorded.Data.Length);
        writer.Write(recorded.Data);
        writer.Write7BitEncodedInt((recorded.Metadata?.Length ?? -1) + 1);
        writer.Write(recorded.Metadata ?? []);
    }

    private static RecordedEvent ReadEvent(BinaryReader reader)
    {
        var (position, stream, version) = (reader.Read7BitEncodedInt64(), reader.ReadString(), reader.Read7BitEncodedInt64());
        var (id, type, recordedAt) = (new Guid(reader.ReadBytes(16), bigEndian: true), reader.ReadString(), Instants.FromUnixMicroseconds(reader.ReadInt64()));
        var data = reader.ReadBytes(reader.Read7BitEncodedInt());
        var metadata = reader.Read7BitEncodedInt() is > 0 and var length ? reader.ReadBytes(length - 1) : null;
        return new(position, stream, version, id, type, data, metadata, recordedAt);
    }

    /// <param name="Digest">SHA-256 over the digests of all events.</param>
    internal sealed record Header(string Format, string Store, int Events, long First, long Last, string Digest, DateTimeOffset ArchivedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SegmentFile.Header))]
internal sealed partial class SegmentJson : JsonSerializerContext;
