using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>Applies numbered scripts, each once, in one transaction under a lock of the database.</summary>
internal static class PostgreSqlSchema
{
    // Any number that nothing else in the database locks.
    private const long UpgradeLock = 0x53686f70;

    // A process that was stopped in the middle holds up the others only this long at a time: they say what they wait for.
    private const string LockTimeout = "SET LOCAL lock_timeout = '5s'";

    public static async Task UpgradeAsync(NpgsqlDataSource source, IEnumerable<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, LockTimeout, cancellationToken);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({UpgradeLock})", cancellationToken);
        await RunAsync(
            connection, "CREATE TABLE IF NOT EXISTS schema_scripts (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellationToken);
        var known = await ReadNamesAsync(connection, cancellationToken);
        var missing = scripts.Where(script => known.Add(script.Name))
            .Select(script => $"{script.Sql}\n;\nINSERT INTO schema_scripts (name) VALUES ('{script.Name}');\n").ToList();
        // In one round trip: a new store needs some thirty of them.
        if (missing.Count > 0)
            await RunAsync(connection, string.Concat(missing), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<HashSet<string>> ReadNamesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT name FROM schema_scripts", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            names.Add(reader.GetString(0));
        return names;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
