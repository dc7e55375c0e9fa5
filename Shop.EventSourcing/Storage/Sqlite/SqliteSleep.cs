using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// The SQLite that restores here was built without <c>usleep</c>: wherever it means to wait some microseconds for a lock of
/// the write-ahead log it sleeps a whole second, and with it every handler of the store. This registers a copy of the system's
/// file layer (VFS) as the default, which sleeps as long as it is told. On a SQLite built with it nothing changes.
/// </summary>
internal static unsafe partial class SqliteSleep
{
    // struct sqlite3_vfs of SQLite's C interface, version 3, on 64 bits: three ints, then pointers.
    private const int VfsBytes = 168;
    private const int NextOffset = 16;
    private const int NameOffset = 24;
    private const int SleepOffset = 112;

    public static void Install()
    {
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8)
            return;
        var system = FindVfs(null);
        if (system is null)
            return;
        var precise = (byte*)NativeMemory.Alloc(VfsBytes);
        NativeMemory.Copy(system, precise, VfsBytes);
        *(nint*)(precise + NextOffset) = 0;
        *(nint*)(precise + NameOffset) = Marshal.StringToCoTaskMemUTF8("unix-microseconds");
        *(delegate* unmanaged[Cdecl]<void*, int, int>*)(precise + SleepOffset) = &Sleep;
        _ = RegisterVfs(precise, makeDefault: 1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(void* vfs, int microseconds)
    {
        _ = SleepMicroseconds((uint)microseconds);
        return microseconds;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial byte* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    private static partial int RegisterVfs(byte* vfs, int makeDefault);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);
}
