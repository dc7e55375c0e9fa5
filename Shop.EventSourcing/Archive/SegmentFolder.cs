using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Archive;

/// <summary>
/// One store's folder of the archive: immutable files, by month. All processes of the store must see the same folder.
/// </summary>
public sealed class SegmentFolder(string path)
{
    private const string Extension = ".segment";
    private const string DraftExtension = ".draft";
    private const int Remembered = 6;

    private readonly Lock sync = new();
    private readonly LinkedList<(string Name, SegmentEvents Events)> recent = new();

    public string Path => path;

    /// <summary>Held by whoever moves events in or out.</summary>
    /// <returns>Null while somebody else does.</returns>
    internal IDisposable? TryLock()
    {
        Directory.CreateDirectory(path);
        try
        {
            return new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes a segment so that it is whole and durable, and reads it back.</summary>
    internal Segment Add(string store, IReadOnlyList<RecordedEvent> events, DateTimeOffset month, DateTimeOffset now)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{month.UtcDateTime:yyyy-MM}/{events[0].Position:D12}-{events[^1].Position:D12}-{Guid.CreateVersion7():N}{Extension}");
        var file = FileOf(name);
        var folder = System.IO.Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(folder);
        var contents = SegmentFile.Write(store, events, now);
        var draft = file + DraftExtension;
        using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(contents);
            stream.Flush(flushToDisk: true);
        }

        var (_, read) = SegmentFile.Read(File.ReadAllBytes(draft));
        if (!Proof.SealContents.Digests(read).AsSpan().SequenceEqual(Proof.SealContents.Digests(events)) || !read.Select(Place).SequenceEqual(events.Select(Place)))
            throw new InvalidDataException($"{draft} does not hold what was written to it. Check the disk; nothing was archived.");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(draft, file);
        Disk.FlushFolder(folder);
        Disk.FlushFolder(path);
        return new(name, events[0].Position, events[^1].Position, events.Count, SegmentFile.ChecksumOf(contents), now);

        static (long, string, long) Place(RecordedEvent recorded) => (recorded.Position, recorded.Stream, recorded.Version);
    }

    /// <exception cref="FileNotFoundException">There is no such file; it may have been put back into the database just now.</exception>
    /// <exception cref="InvalidDataException">It was changed.</exception>
    internal SegmentEvents Load(Segment segment)
    {
        lock (sync)
        {
            for (var node = recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Name != segment.Name)
                    continue;
                recent.Remove(node);
                recent.AddFirst(node);
                return node.Value.Events;
            }
        }

        var loaded = Read(segment);
        lock (sync)
        {
            recent.AddFirst((segment.Name, loaded));
            if (recent.Count > Remembered)
                recent.RemoveLast();
        }

        return loaded;
    }

    internal void Delete(Segment segment)
    {
        lock (sync)
        {
            if (recent.FirstOrDefault(loaded => loaded.Name == segment.Name) is { Name: not null } known)
                recent.Remove(known);
        }

        File.Delete(FileOf(segment.Name));
    }

    /// <summary>Names of all files that look like segments, and of what was left half written.</summary>
    internal IEnumerable<string> Files() => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(Extension, StringComparison.Ordinal) || file.EndsWith(DraftExtension, StringComparison.Ordinal))
            .Select(file => System.IO.Path.GetRelativePath(path, file).Replace('\\', '/'))
        : [];

    internal static bool IsDraft(string name) => name.EndsWith(DraftExtension, StringComparison.Ordinal);

    internal string FileOf(string name) => System.IO.Path.Combine(path, name);

    private SegmentEvents Read(Segment segment)
    {
        var file = FileOf(segment.Name);
        try
        {
            var contents = File.ReadAllBytes(file);
            var (_, events) = SegmentFile.Read(contents);
            return SegmentFile.ChecksumOf(contents).AsSpan().SequenceEqual(segment.Checksum)
                ? new(events)
                : throw new InvalidDataException("it is not the file that was archived");
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new FileNotFoundException(missing.Message, file, missing);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException(
                $"Segment {segment.Name} of the archive is damaged: {damaged.Message}. Put back a copy of {file} with SHA-256 trailer {Convert.ToHexStringLower(segment.Checksum)}.", damaged);
        }
    }
}
