using System.Text;
using System.Text.Json;

namespace Shop.Tests;

/// <summary>Looks for texts in bytes, in every form in which they could be stored by accident.</summary>
internal sealed class ByteSearch
{
    private readonly List<(string Text, string Form, byte[] Bytes)> forms = [];

    public ByteSearch(params IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Add(text, "UTF-8", utf8);
            Add(text, "UTF-16LE", Encoding.Unicode.GetBytes(text));
            Add(text, "UTF-16BE", Encoding.BigEndianUnicode.GetBytes(text));
            Add(text, "JSON", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text)[1..^1]));
            Add(text, "URL", Encoding.UTF8.GetBytes(Uri.EscapeDataString(text)));
            Add(text, "hex", Encoding.UTF8.GetBytes(Convert.ToHexStringLower(utf8)));
            Add(text, "HEX", Encoding.UTF8.GetBytes(Convert.ToHexString(utf8)));
            AddBase64(text, "base64 of UTF-8", utf8);
            AddBase64(text, "base64 of UTF-16", Encoding.Unicode.GetBytes(text));
        }
    }

    /// <returns>What was found, in words.</returns>
    public IEnumerable<string> Find(string place, byte[] bytes) =>
        forms.Where(form => bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => $"'{form.Text}' as {form.Form} in {place}");

    /// <summary>Looks through all files of a folder, also those that are being written.</summary>
    public IReadOnlyList<string> FindInFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(file => Find(Path.GetRelativePath(folder, file), Read(file)))];

    private static byte[] Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (IOException) when (new FileInfo(file) is { Exists: false } or { Length: 0 })
        {
            return []; // Gone meanwhile, or a lock.
        }
    }

    private void Add(string text, string form, byte[] bytes)
    {
        if (!forms.Exists(known => known.Bytes.AsSpan().SequenceEqual(bytes)))
            forms.Add((text, form, bytes));
    }

    /// <summary>At each of the three places where a text can begin in a group of base64, without the characters that its neighbours share.</summary>
    private void AddBase64(string text, string form, byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var (start, end) = (((before * 8) + 5) / 6, (before + bytes.Length) * 8 / 6);
            var inner = encoded[start..end];
            Add(text, form, Encoding.UTF8.GetBytes(inner));
            Add(text, form, Encoding.UTF8.GetBytes(inner.Replace('+', '-').Replace('/', '_')));
        }
    }
}
