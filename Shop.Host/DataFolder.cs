using System.Globalization;

namespace Shop.Host;

/// <summary>Keeps a second process away from a data folder: the embedded stores belong to one.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream held;

    private DataFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    /// <param name="evenIfMoved">Also when its stores were moved elsewhere: only for the move itself.</param>
    /// <exception cref="StartException">Another process runs on the folder, it cannot be written, or its stores were moved elsewhere.</exception>
    public static DataFolder Open(string path, bool evenIfMoved = false)
    {
        // Two shops that go on from the same orders would charge and send twice.
        if (!evenIfMoved && File.Exists(MovedMark(path)))
        {
            throw new StartException(
                $"The stores in {path} were moved elsewhere: {File.ReadAllText(MovedMark(path)).Trim()} Go on there, or choose another folder with --data. To use the old ones all the same, delete {MovedMark(path)}.");
        }

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

    /// <summary>No shop opens it from now on.</summary>
    public void MarkMoved(string to) =>
        File.WriteAllText(MovedMark(Path), string.Create(CultureInfo.InvariantCulture, $"to {to}, on {TimeProvider.System.GetUtcNow():u}.\n"));

    public void Dispose() => held.Dispose();

    private static string MovedMark(string path) => System.IO.Path.Combine(path, "MOVED");
}

/// <summary>The shop cannot start as asked; the message is for the person at the command line.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
