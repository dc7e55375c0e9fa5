using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>What SQL Server's refusals and silences mean: for whoever has to set it up, and for what is done next.</summary>
internal static class SqlServerFailures
{
    /// <summary>What <c>move_out</c> and <c>move_back</c> say when something is not as it was.</summary>
    public const int ChangedMeanwhile = 50023;
    public const int LockTimeout = 1222;

    private const int Deadlock = 1205;
    private const int Timeout = -2;

    /// <summary>From this severity on the connection is broken.</summary>
    private const byte ConnectionLost = 20;
    private const string InvariantMode = "Globalization Invariant Mode";

    /// <summary>A value that a column cannot hold, or a violated constraint: the write set's fault, and will be again.</summary>
    private static readonly HashSet<int> Refusals = [220, 232, 241, 242, 245, 515, 547, 1946, 2601, 2627, 2628, 8114, 8115, 8134, 8152];

    /// <summary>
    /// The server or the way to it was away, busy, moved or chose us as a victim. Names of hosts that are not known, broken connections,
    /// starting and stopping servers, failovers, limits of a cloud.
    /// </summary>
    private static readonly HashSet<int> Transient =
    [
        Timeout, 2, 20, 26, 40, 53, 64, 121, 233, 258, 596, 617, 669, 802, 921, 922, 923, 924, 926, 927, 952, 976, 978, 979, 983, 988, 997, Deadlock, LockTimeout,
        1203, 1204, 1221, 1807, 3906, 3908, 3935, 3960, 3961, 3966, 4060, 4221, 5034, 5061, 6005, 6006, 8628, 8645, 8651, 9515, 10053, 10054, 10060, 10061, 10922,
        10928, 10929, 11001, 14355, 14738, 17142, 17187, 17188, 17189, 17197, 18401, 20041, 35202, 40020, 40143, 40166, 40197, 40501, 40540, 40613, 41301, 41302,
        41305, 41325, 41839, 42108, 42109, 49918, 49919, 49920,
    ];

    /// <summary>Names of the constraints that only a stale version can violate.</summary>
    private static readonly string[] Versions = ["streams_id", "streams_name", "events_position", "events_version"];

    public static bool IsTransient(Exception error) => error is SqlException failure && (failure.Class >= ConnectionLost || Transient.Contains(failure.Number));

    /// <summary>True when the server has surely undone everything, and would not do so again.</summary>
    public static bool IsVictim(SqlException error) => error.Number == Deadlock;

    public static bool IsRefusal(SqlException error) => error.Class < ConnectionLost && error.Errors.Cast<SqlError>().Any(each => Refusals.Contains(each.Number));

    public static bool IsDuplicateKey(SqlException error) => error.Number is 2601 or 2627;

    /// <summary>True when what is refused is an event of a stream that has gone on.</summary>
    public static bool IsStale(SqlException error) =>
        IsDuplicateKey(error) && Versions.Any(name => error.Message.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when nothing was sent, or nothing came back: a read can be tried again on another connection.</summary>
    public static bool IsBroken(SqlException error) => error.Class >= ConnectionLost;

    public static StorageFailure Explain(Exception error, string database, string user) => Cause(error) switch
    {
        SqlException { Number: 911 or 4060 } => Refused(
            $"there is no database {database}, or {user} may not open it; as an administrator: CREATE DATABASE [{database}]; "
            + $"ALTER DATABASE [{database}] SET READ_COMMITTED_SNAPSHOT ON; ALTER DATABASE [{database}] SET ALLOW_SNAPSHOT_ISOLATION ON; "
            + $"ALTER AUTHORIZATION ON DATABASE::[{database}] TO [{user}]"),
        SqlException { Number: 916 or 18452 or 18456 or 18470 or 18487 or 18488 } refused => Refused(
            $"{First(refused)}; create the login ({user}), or correct its name or password in the connection string"),
        SqlException { Number: 229 or 230 or 262 or 297 or 300 or 1088 or 4902 or 5011 or 15151 or 15247 } refused => Refused(
            $"{First(refused)}; {user} must own the database: ALTER AUTHORIZATION ON DATABASE::[{database}] TO [{user}]"),
        SqlException { Number: LockTimeout } => Away("another process is upgrading the schema, or holds a lock for long"),
        SqlException { Number: 3906 or 3908 or 978 or 976 } => Away("the database is read-only or a secondary, and takes no writes"),
        SqlException { Number: 6005 or 6006 or 17142 or 17187 or 17188 or 17189 or 18401 or 921 } => Away("the server is starting up or shutting down"),
        SqlException { Number: 11001 } => Away("the host's name is not known (yet)"),
        SqlException { InnerException: SocketException } or SqlException { Number: 10061 } => Away("nothing listens there yet"),
        SqlException { Number: Timeout or 258 } => Away("no answer in time"),
        SqlException other => new(IsTransient(other) ? StorageFailureKind.Away : StorageFailureKind.Broken, $"{First(other)} ({other.Number})"),
        TimeoutException late => Away(late.Message),
        NotSupportedException refused when refused.Message.Contains(InvariantMode, StringComparison.OrdinalIgnoreCase) => Refused(
            "Microsoft.Data.SqlClient needs ICU: build the program with <InvariantGlobalization>false</InvariantGlobalization>, and install ICU (Debian: libicu)"),
        var other => new(StorageFailure.IsTransient(error) ? StorageFailureKind.Away : StorageFailureKind.Broken, other.Message),
    };

    private static Exception Cause(Exception error)
    {
        while (error is not SqlException && error.InnerException is { } inner)
            error = inner;
        return error;
    }

    /// <summary>Without the advice of the driver that follows.</summary>
    private static string First(SqlException error) => error.Message.Split('\n')[0].TrimEnd('\r', '.');

    private static StorageFailure Refused(string reason) => new(StorageFailureKind.Refused, reason);

    private static StorageFailure Away(string reason) => new(StorageFailureKind.Away, reason);
}
