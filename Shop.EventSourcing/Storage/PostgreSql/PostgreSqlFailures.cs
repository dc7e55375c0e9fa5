using System.Net.Sockets;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>What PostgreSQL's refusals and silences mean for somebody who has to set it up.</summary>
internal static class PostgreSqlFailures
{
    public static StorageFailure Explain(Exception error, string database, string role) => Cause(error) switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => Refused(
            $"there is no database {database}; as an administrator: CREATE DATABASE {database} OWNER {role}"),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused => Refused(
            $"{refused.MessageText}; create the role ({role}), or correct its name or password in the connection string"),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused => Refused(
            $"{refused.MessageText}; {role} must own the database: ALTER DATABASE {database} OWNER TO {role}"),
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } => Away("the server is starting up or shutting down"),
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => Away("the server is shutting down"),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => Away("the server has no connection left; see its max_connections"),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => Away("another process is upgrading the schema"),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => Away("the server is a standby and takes no writes"),
        PostgresException other => new(StorageFailure.IsTransient(other) ? StorageFailureKind.Away : StorageFailureKind.Broken, $"{other.MessageText} ({other.SqlState})"),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Away("connection refused: nothing listens there yet"),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => Away("the host's name is not known (yet)"),
        SocketException other => Away(other.Message),
        TimeoutException => Away("no answer in time"),
        NpgsqlException other when !StorageFailure.IsTransient(other) => Refused(other.Message),
        var other => new(StorageFailure.IsTransient(error) ? StorageFailureKind.Away : StorageFailureKind.Broken, other.Message),
    };

    /// <summary>The innermost cause that says something; of several hosts the first one's.</summary>
    private static Exception Cause(Exception error)
    {
        while (error is not PostgresException && error.InnerException is { } inner)
            error = inner;
        return error;
    }

    private static StorageFailure Refused(string reason) => new(StorageFailureKind.Refused, reason);

    private static StorageFailure Away(string reason) => new(StorageFailureKind.Away, reason);
}
