using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>
/// One connection with its prepared statements, below ADO.NET: at a hundred thousand row operations per second the parameter
/// objects and string conversions of SqliteCommand would cost more than SQLite itself. Used by one thread at a time.
/// </summary>
internal sealed class SqliteHandle : IDisposable
{
    static SqliteHandle()
    {
        // Nobody asks how much memory SQLite uses, and a lock for each piece of it costs 6 % of an order. It is refused, and does not
        // matter, once somebody else of this process has used the library.
        if (OperatingSystem.IsLinux())
            _ = SqliteNative.Configure(SqliteNative.MemoryStatistics, 0);
    }

    public const int BusyTimeoutMilliseconds = 30_000;

    private readonly nint database;
    private readonly List<SqliteStatement> statements = [];

    public SqliteHandle(string path, bool readOnly)
    {
        var access = readOnly ? SqliteNative.OpenReadOnly : SqliteNative.OpenReadWrite | SqliteNative.OpenCreate;
        var code = SqliteNative.Open(path, out database, access | SqliteNative.OpenNoMutex, 0);
        if (code != SqliteNative.Ok)
        {
            _ = SqliteNative.Close(database);
            throw new SqliteException($"SQLite cannot open {path} (error {code}).", code);
        }

        Check(SqliteNative.BusyTimeout(database, BusyTimeoutMilliseconds));
    }

    public bool InTransaction => SqliteNative.GetAutocommit(database) == 0;

    /// <summary>Rows changed by the last statement that wrote.</summary>
    public int Changes => SqliteNative.Changes(database);

    /// <summary>Runs a script of any number of statements.</summary>
    public void Execute(string sql) => Check(SqliteNative.Execute(database, sql, 0, 0, 0));

    /// <summary>A statement that lives as long as this connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(SqliteNative.Prepare(database, sql, -1, out var prepared, 0));
        var statement = new SqliteStatement(this, prepared);
        statements.Add(statement);
        return statement;
    }

    /// <exception cref="SqliteException">The code is of a failure; the exception has SQLite's own message.</exception>
    public void Check(int code)
    {
        if (code is SqliteNative.Ok or SqliteNative.Row or SqliteNative.Done)
            return;
        var message = Marshal.PtrToStringUTF8(SqliteNative.ErrorMessage(database));
        throw new SqliteException($"SQLite Error {code}: '{message}'.", code & 0xff, SqliteNative.ExtendedErrorCode(database));
    }

    public void Dispose()
    {
        statements.ForEach(statement => statement.Dispose());
        _ = SqliteNative.Close(database);
    }
}
