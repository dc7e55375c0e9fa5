using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Shop.EventSourcing.Storage;

/// <summary>What a failure of a database means.</summary>
public enum StorageFailureKind
{
    /// <summary>It is away, starting, or too busy: the same call may succeed in a moment.</summary>
    Away,

    /// <summary>It is there and lets us not in, or not do what we need: somebody has to create or to correct something.</summary>
    Refused,

    /// <summary>Anything else.</summary>
    Broken,
}

/// <param name="Reason">What happened, and what to do where somebody has to.</param>
public sealed record StorageFailure(StorageFailureKind Kind, string Reason)
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    /// <summary>What Npgsql says, without a cause, while it remembers of every host that it was away or a standby.</summary>
    private const string NoHost = "No suitable host was found.";

    private static ImmutableHashSet<Func<Exception, bool>> known = [];

    /// <summary>
    /// True when a database was away, restarted, or chose this transaction as a victim: the same work may succeed a moment later.
    /// Of a commit that failed so, the outcome may be unknown: it is found out by its inbox entry or idempotency key, not repeated.
    /// </summary>
    public static bool IsTransient(Exception? error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }: // A standby that was a primary, or will be one.
                case SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked }:
                case NpgsqlException { InnerException: null, Message: NoHost }:
                case DbException { IsTransient: true }:
                    return true;
                case var other when known.Any(isTransient => isTransient(other)):
                    return true;
                case AggregateException several:
                    return several.InnerExceptions.Any(IsTransient); // One per host.
            }
        }

        return false;
    }

    /// <summary>Teaches <see cref="IsTransient"/> the exceptions of a provider that this library does not know; each once.</summary>
    /// <param name="isTransient">Asked for each exception and each of its causes.</param>
    public static void Know(Func<Exception, bool> isTransient) => ImmutableInterlocked.Update(ref known, all => all.Add(isTransient));
}
