using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// Lets Microsoft.Data.Sqlite 10 run on SQLitePCLRaw 2.0.6. It was compiled against 2.1, which is not on our package feed, and
/// the runtime refuses an assembly that is older than the reference; every member that it calls exists in 2.0.6. Delete this
/// file once SQLitePCLRaw.bundle_e_sqlite3 2.1 or newer can be restored.
/// </summary>
internal static class SqliteAssemblyResolver
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must run before the first use of SQLite by anyone, also by EF Core, and has no other effect.")]
    internal static void Register() => AssemblyLoadContext.Default.Resolving += Resolve;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name?.StartsWith("SQLitePCLRaw.", StringComparison.Ordinal) != true)
            return null;
        var file = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }
}
