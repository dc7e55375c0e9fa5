using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shop.ServiceDefaults.Databases;

namespace Shop.Storefront.Accounts;

/// <summary>
/// Takes deleted accounts out of the files of their database. Engines only mark what is deleted as free, and what was moved or changed
/// before may have left copies: so SQLite and PostgreSQL write the tables anew, which holds up who signs in meanwhile.
/// </summary>
internal sealed class AccountPurge(PlainDatabase database)
{
    private const string Tables = "accounts, account_claims, account_logins, account_tokens";
    private const int BusySeconds = 5;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int LooksMax = 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc cref="AccountErasure.PurgeAsync"/>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await connection.OpenAsync(cancellationToken);
        // Only of these: what is deleted from now on may come too late for it.
        var marked = await ListAsync(connection, "SELECT account_id FROM account_purges", cancellationToken);
        if (marked.Count == 0)
            return true;
        if (!await RewriteAsync(cancellationToken))
            return false;
        foreach (var accountId in marked)
        {
            await using var done = connection.CreateCommand();
            done.CommandText = "DELETE FROM account_purges WHERE account_id = @id";
            var id = done.CreateParameter();
            (id.ParameterName, id.Value) = ("id", accountId);
            done.Parameters.Add(id);
            await done.ExecuteNonQueryAsync(cancellationToken);
        }

        return true;
    }

    private async Task<bool> RewriteAsync(CancellationToken cancellationToken)
    {
        if (await database.PurgePackageAsync(cancellationToken))
            return true;

        // What is set on it for the purpose goes with it.
        await using var connection = database.Connect(pooled: false);
        await connection.OpenAsync(cancellationToken);
        return await (database.IsEmbedded ? RewriteSqliteAsync(connection, cancellationToken) : RewritePostgreSqlAsync(connection, cancellationToken));
    }

    /// <summary>All pages anew, by way of the WAL, which is then moved into the file and cut to nothing.</summary>
    private static async Task<bool> RewriteSqliteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ((SqliteConnection)connection).DefaultTimeout = BusySeconds;
        try
        {
            await ExecuteAsync(connection, "PRAGMA temp_store = MEMORY", cancellationToken);
            await ExecuteAsync(connection, "VACUUM", cancellationToken);
            return await ListAsync(connection, "PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken) is ["0"];
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode is SqliteBusy or SqliteLocked)
        {
            return false;
        }
    }

    /// <summary>The tables anew, once nobody is left who could still see the deleted rows: for them they would be kept.</summary>
    private static async Task<bool> RewritePostgreSqlAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var now = (await ListAsync(connection, "SELECT pg_current_xact_id()::text", cancellationToken))[0];
        for (var look = 1; await OlderReadersAsync(connection, now, cancellationToken); look++)
        {
            if (look == LooksMax)
                return false;
            await Task.Delay(BetweenLooks, cancellationToken);
        }

        try
        {
            await ExecuteAsync(connection, $"SET lock_timeout = '{BusySeconds}s'", cancellationToken);
            await ExecuteAsync(connection, $"VACUUM (FULL) {Tables}", cancellationToken);
            return true;
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<bool> OlderReadersAsync(DbConnection connection, string transaction, CancellationToken cancellationToken) =>
        await ListAsync(
            connection,
            $"""
             SELECT pid::text FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age('{transaction}'::xid8::xid)
             """,
            cancellationToken) is not [];

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<string>> ListAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            values.Add(reader.GetString(0));
        return values;
    }
}
