using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// A copy of SQLite's file layer (VFS), registered as the default, that differs in one thing: it writes a commit to the write-ahead
/// log at once, see <see cref="SqliteWal"/>.
/// </summary>
internal static unsafe partial class SqliteFiles
{
    // struct sqlite3_vfs of SQLite's C interface, version 3, on 64 bits: three ints, then pointers.
    private const int VfsBytes = 168;
    private const int FileSizeOffset = 4;
    private const int NextOffset = 16;
    private const int NameOffset = 24;
    private const int OpenOffset = 40;
    private const int OpenWal = 0x80000;

    private static delegate* unmanaged[Cdecl]<void*, byte*, void*, int, int*, int> systemOpen;
    private static int systemFileSize;

    public static void Install()
    {
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8)
            return;
        var system = FindVfs(null);
        if (system is null)
            return;
        systemOpen = *(delegate* unmanaged[Cdecl]<void*, byte*, void*, int, int*, int>*)(system + OpenOffset);
        systemFileSize = (*(int*)(system + FileSizeOffset) + 7) & ~7;
        var ours = (byte*)NativeMemory.Alloc(VfsBytes);
        NativeMemory.Copy(system, ours, VfsBytes);
        *(int*)(ours + FileSizeOffset) = systemFileSize + sizeof(SqliteWal);
        *(nint*)(ours + NextOffset) = 0;
        *(nint*)(ours + NameOffset) = Marshal.StringToCoTaskMemUTF8("unix-shop");
        *(delegate* unmanaged[Cdecl]<void*, byte*, void*, int, int*, int>*)(ours + OpenOffset) = &Open;
        _ = RegisterVfs(ours, makeDefault: 1);
    }

    /// <summary>Our part of an open file lies behind the system's.</summary>
    internal static SqliteWal* WalOf(void* file) => (SqliteWal*)((byte*)file + systemFileSize);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(void* vfs, byte* name, void* file, int flags, int* openedFlags)
    {
        var code = systemOpen(vfs, name, file, flags, openedFlags);
        if (code == SqliteNative.Ok && (flags & OpenWal) != 0)
            SqliteWal.Attach(file);
        return code;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial byte* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    private static partial int RegisterVfs(byte* vfs, int makeDefault);
}
