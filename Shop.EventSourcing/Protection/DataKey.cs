using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shop.EventSourcing.Protection;

/// <summary>The key of one data subject, in memory.</summary>
internal sealed record DataKey(Guid Id, string Subject, DateTimeOffset CreatedAt, byte[] Material)
{
    /// <summary>So that the length of what is sealed, which stays when the key is gone, tells little.</summary>
    private const int PaddedToBytes = 64;

    public static DataKey New(string subject, DateTimeOffset now) => new(Guid.CreateVersion7(now), subject, now, RandomNumberGenerator.GetBytes(SealedBox.KeyBytes));

    public Protected<T> Seal<T>(T value, JsonTypeInfo<T> json, string stream, string field) where T : class
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(value, json);
        var length = plain.Length;
        Array.Resize(ref plain, (length + PaddedToBytes - 1) / PaddedToBytes * PaddedToBytes);
        plain.AsSpan(length..).Fill((byte)' ');
        return new(Id, Base64Url.EncodeToString(SealedBox.Seal(Material, plain, PlaceOf(stream, field))));
    }

    /// <exception cref="InvalidOperationException">It was sealed for another place, or was changed.</exception>
    public T Open<T>(Protected<T> value, JsonTypeInfo<T> json, string stream, string field) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(SealedBox.Open(Material, Base64Url.DecodeFromChars(value.Sealed), PlaceOf(stream, field)), json)!;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            throw new InvalidOperationException(
                $"The protected {field} of {stream} does not open under key {Id}, which is there: it was changed, or belongs to another stream or field.", error);
        }
    }

    private static byte[] PlaceOf(string stream, string field) => Encoding.UTF8.GetBytes($"{stream}/{field}");
}
