namespace Shop.Host;

/// <summary>Keeps a second process away from a data folder: the embedded stores belong to one.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream held;

    private DataFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    /// <exception cref="StartException">Another process runs on the folder, or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {path} cannot be used: {error.Message} Choose another with --data.", error);
        }

        try
        {
            return new(path, new(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Another shop runs on the data folder {path}. Stop it, or choose another folder with --data.", error);
        }
    }

    public void Dispose() => held.Dispose();
}

/// <summary>The shop cannot start as asked; the message is for the person at the command line.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
