using System.Security.Cryptography;
using System.Text;

namespace Shop.PaymentSandbox.Api;

/// <summary>A form-encoded body. Hand-rolled because the framework's form feature costs more than everything else in a request.</summary>
internal sealed class Form
{
    private readonly List<(string Key, string Value)> _fields;

    private Form(List<(string, string)> fields) => _fields = fields;

    public IReadOnlyList<(string Key, string Value)> Fields => _fields;

    public string? this[string key]
    {
        get
        {
            foreach (var field in _fields)
            {
                if (field.Key == key) return field.Value;
            }

            return null;
        }
    }

    public static Form Parse(ReadOnlySpan<byte> body)
    {
        var fields = new List<(string, string)>(8);
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            fields.Add(equals < 0 ? (Decode(pair), "") : (Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return new Form(fields);
    }

    /// <summary>The same for the same request, whatever the order of its fields.</summary>
    public byte[] Fingerprint(string path)
    {
        var text = new StringBuilder(path, 256);
        foreach (var (key, value) in _fields.OrderBy(static field => field, FieldOrder.Instance))
        {
            // Lengths keep two different lists of fields from reading alike.
            text.Append('\n').Append(key.Length).Append(':').Append(key).Append(value.Length).Append(':').Append(value);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IndexOfAny((byte)'%', (byte)'+') < 0) return Encoding.UTF8.GetString(encoded);
        var decoded = new byte[encoded.Length];
        var length = 0;
        for (var at = 0; at < encoded.Length; at++)
        {
            var next = encoded[at];
            if (next == '%' && at + 2 < encoded.Length && char.IsAsciiHexDigit((char)encoded[at + 1]) && char.IsAsciiHexDigit((char)encoded[at + 2]))
            {
                next = (byte)((FromHex(encoded[at + 1]) << 4) | FromHex(encoded[at + 2]));
                at += 2;
            }
            else if (next == '+')
            {
                next = (byte)' ';
            }

            decoded[length++] = next;
        }

        return Encoding.UTF8.GetString(decoded, 0, length);
    }

    private static int FromHex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private sealed class FieldOrder : IComparer<(string Key, string Value)>
    {
        public static readonly FieldOrder Instance = new();

        public int Compare((string Key, string Value) x, (string Key, string Value) y)
        {
            var byKey = string.CompareOrdinal(x.Key, y.Key);
            return byKey != 0 ? byKey : string.CompareOrdinal(x.Value, y.Value);
        }
    }
}
