namespace Shop.EventSourcing.Proof;

/// <summary>The newest signed head of a store, outside of its database.</summary>
public sealed class HeadFile(string path)
{
    public const string Extension = ".head.json";

    public string Path => path;

    /// <returns>Null when there is none.</returns>
    /// <exception cref="TamperedLogException">There is something else in it.</exception>
    internal SignedHead? Read()
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return SignedHead.ReadAll(File.ReadAllText(path)).Single();
        }
        catch (Exception error) when (error is InvalidOperationException or System.Text.Json.JsonException)
        {
            throw new TamperedLogException($"{path} does not hold one signed head. Put back the one that was there; it tells whether the log was cut off.", error);
        }
    }

    internal void Write(SignedHead head)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(draft, head + "\n");
        File.Move(draft, path, overwrite: true);
    }
}

/// <summary>What is stored is not what was sealed; the message says where and what to do.</summary>
public sealed class TamperedLogException(string message, Exception? inner = null) : Exception(message, inner);
