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
        foreach (var (name, sql) in scripts)
        {
            await using var add = new NpgsqlCommand("INSERT INTO schema_scripts (name) VALUES ($1) ON CONFLICT DO NOTHING", connection);
            add.Parameters.Add(new() { Value = name });
            if (await add.ExecuteNonQueryAsync(cancellationToken) > 0)
                await RunAsync(connection, sql, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
