using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// A write-ahead log that is being written. SQLite appends a commit to it page by page, with four system calls for each: a group of
/// a dozen handlers is 150 of them. Here what is appended is gathered, and written when the commit's last page has come; anything
/// that is not an append goes through, after what was gathered. So whoever could see a page in the file without this still does:
/// the connection itself when it reads, and others once the page is committed. See docs/adr/0026-writing-a-commit-at-once.md.
/// </summary>
internal unsafe struct SqliteWal
{
    // struct sqlite3_io_methods of SQLite's C interface, version 3, on 64 bits: an int, then pointers.
    private const int MethodsBytes = 152;
    private const int CloseOffset = 8;
    private const int ReadOffset = 16;
    private const int WriteOffset = 24;
    private const int TruncateOffset = 32;
    private const int SyncOffset = 40;
    private const int FileSizeOffset = 48;

    /// <summary>
    /// Each page is preceded by a header (24 bytes); bytes 4 to 7 of it are not zero in the last one of a commit. See "The Write-Ahead
    /// Log", https://sqlite.org/fileformat2.html#the_write_ahead_log.
    /// </summary>
    private const int HeaderBytes = 24;

    /// <summary>The most that SQLite's file layer takes at once.</summary>
    private const int Capacity = 0x1FFFF;

    private static readonly Lock Sync = new();
    private static byte* system;
    private static byte* ours;

    private byte* gathered;
    private int length;
    private long end;
    private bool isLastOfCommit;

    /// <summary>Takes over the methods of a log that was just opened.</summary>
    public static void Attach(void* file)
    {
        *SqliteFiles.WalOf(file) = new() { end = -1 };
        var methods = *(byte**)file;
        lock (Sync)
        {
            if (ours is null)
            {
                system = methods;
                ours = (byte*)NativeMemory.Alloc(MethodsBytes);
                NativeMemory.Copy(methods, ours, MethodsBytes);
                *(delegate* unmanaged[Cdecl]<void*, int>*)(ours + CloseOffset) = &Close;
                *(delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>*)(ours + ReadOffset) = &Read;
                *(delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>*)(ours + WriteOffset) = &Write;
                *(delegate* unmanaged[Cdecl]<void*, long, int>*)(ours + TruncateOffset) = &Truncate;
                *(delegate* unmanaged[Cdecl]<void*, int, int>*)(ours + SyncOffset) = &Synchronize;
                *(delegate* unmanaged[Cdecl]<void*, long*, int>*)(ours + FileSizeOffset) = &FileSize;
            }
        }

        // On a file system for which SQLite has other methods, it keeps them.
        if (methods == system)
            *(byte**)file = ours;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(void* file, byte* bytes, int amount, long offset)
    {
        var wal = SqliteFiles.WalOf(file);
        var isAppend = offset == wal->end && amount <= Capacity;
        if (!isAppend || wal->length + amount > Capacity)
        {
            if (Flush(file, wal) is not SqliteNative.Ok and var failure)
                return failure;
        }

        if (!isAppend || (wal->gathered is null && !wal->TryAllocate()))
        {
            if (WriteThrough(file, bytes, amount, offset) is not SqliteNative.Ok and var failure)
                return failure;
        }
        else
        {
            NativeMemory.Copy(bytes, wal->gathered + wal->length, (nuint)amount);
            wal->length += amount;
        }

        wal->end = offset + amount;
        var isCommitted = wal->isLastOfCommit && amount != HeaderBytes;
        wal->isLastOfCommit = amount == HeaderBytes && *(int*)(bytes + 4) != 0;
        return isCommitted ? Flush(file, wal) : SqliteNative.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(void* file, byte* bytes, int amount, long offset) =>
        Flush(file, SqliteFiles.WalOf(file)) is not SqliteNative.Ok and var failure
            ? failure
            : (*(delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>*)(system + ReadOffset))(file, bytes, amount, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(void* file, long size) =>
        Flush(file, SqliteFiles.WalOf(file)) is not SqliteNative.Ok and var failure
            ? failure
            : (*(delegate* unmanaged[Cdecl]<void*, long, int>*)(system + TruncateOffset))(file, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Synchronize(void* file, int flags) =>
        Flush(file, SqliteFiles.WalOf(file)) is not SqliteNative.Ok and var failure
            ? failure
            : (*(delegate* unmanaged[Cdecl]<void*, int, int>*)(system + SyncOffset))(file, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(void* file, long* size) =>
        Flush(file, SqliteFiles.WalOf(file)) is not SqliteNative.Ok and var failure
            ? failure
            : (*(delegate* unmanaged[Cdecl]<void*, long*, int>*)(system + FileSizeOffset))(file, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(void* file)
    {
        var wal = SqliteFiles.WalOf(file);
        var flushed = Flush(file, wal);
        NativeMemory.Free(wal->gathered);
        *wal = default;
        var closed = (*(delegate* unmanaged[Cdecl]<void*, int>*)(system + CloseOffset))(file);
        return flushed == SqliteNative.Ok ? closed : flushed;
    }

    /// <summary>After a failure SQLite gives up the transaction, and overwrites what was not written.</summary>
    private static int Flush(void* file, SqliteWal* wal)
    {
        if (wal->length == 0)
            return SqliteNative.Ok;
        var (start, amount) = (wal->end - wal->length, wal->length);
        wal->length = 0;
        var code = WriteThrough(file, wal->gathered, amount, start);
        if (code != SqliteNative.Ok)
            wal->end = -1;
        return code;
    }

    private static int WriteThrough(void* file, byte* bytes, int amount, long offset) =>
        (*(delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>*)(system + WriteOffset))(file, bytes, amount, offset);

    private bool TryAllocate()
    {
        try
        {
            gathered = (byte*)NativeMemory.Alloc(Capacity);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }
}
