using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Applies numbered scripts, each once, in one transaction under a lock of the database.</summary>
internal static partial class SqlServerSchema
{
    private static readonly string DatabaseSql = EmbeddedSql.Read("read-database");
    private static readonly string LockSql = EmbeddedSql.Read("lock-schema");
    private static readonly string CreateSql = EmbeddedSql.Read("create-schema-scripts");
    private static readonly string ReadSql = EmbeddedSql.Read("read-schema-scripts");
    private static readonly string AddSql = EmbeddedSql.Read("add-schema-script");

    public static async Task UpgradeAsync(SqlServerSource source, IEnumerable<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await TurnSnapshotsOnAsync(connection, cancellationToken);
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(cancellationToken);
        if (await ReadAsync(connection, transaction, LockSql, row => row.GetInt32(0), cancellationToken) is not [>= 0])
            throw new TimeoutException("Another process is upgrading the schema.");
        await RunAsync(connection, transaction, CreateSql, cancellationToken);
        var applied = (await ReadAsync(connection, transaction, ReadSql, row => row.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, sql) in scripts)
        {
            if (!applied.Add(name))
                continue;
            foreach (var batch in Batches(sql))
                await RunAsync(connection, transaction, batch, cancellationToken);
            await RunAsync(connection, transaction, AddSql, cancellationToken, SqlValues.Of("@name", name));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The parts of a script between lines that say <c>GO</c>, as the tools of SQL Server have it.</summary>
    public static IEnumerable<string> Batches(string script) => Separator().Split(script).Where(batch => batch.Trim().Length > 0);

    /// <summary>Readers see the last committed rows and wait for no writer: else the log could not be read while somebody appends.</summary>
    private static async Task TurnSnapshotsOnAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(
            connection, null, DatabaseSql, row => (Allowed: row.GetBoolean(0), Committed: row.GetBoolean(1), HasStore: row.GetBoolean(2)), cancellationToken);
        if (read is not [var database])
            return;
        if (!database.Allowed)
            await RunAsync(connection, null, "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON", cancellationToken);
        if (database.Committed)
            return;

        // It ends all other connections of the database, which in an empty one are those of our own replicas.
        if (database.HasStore)
            throw new InvalidOperationException($"Somebody has turned READ_COMMITTED_SNAPSHOT off. While no service runs: ALTER DATABASE [{connection.Database}] SET READ_COMMITTED_SNAPSHOT ON");
        await RunAsync(connection, null, "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE", cancellationToken);
    }

    private static async Task RunAsync(
        SqlConnection connection, SqlTransaction? transaction, string sql, CancellationToken cancellationToken, params SqlParameter[] values)
    {
        await using var command = new SqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<T>> ReadAsync<T>(
        SqlConnection connection, SqlTransaction? transaction, string sql, Func<SqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(sql, connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    [GeneratedRegex(@"^[ \t]*GO[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Separator();
}
