using System.Runtime.InteropServices;

namespace Shop.EventSourcing.Archive;

/// <summary>A renamed file is durable when its folder is; .NET cannot open one.</summary>
internal static partial class Disk
{
    private const int ReadOnly = 0;

    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"The folder {folder} cannot be opened to make it durable (error {Marshal.GetLastPInvokeError()}).");
        var failed = Flush(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed)
            throw new IOException($"The folder {folder} cannot be made durable (error {error}).");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
