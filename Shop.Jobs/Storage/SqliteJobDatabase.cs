using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Shop.Jobs.Storage;

/// <summary>A file of one process.</summary>
internal sealed class SqliteJobDatabase(string path) : JobDatabase
{
    private const int Constraint = 19;

    public override string Engine => "Sqlite";

    public override bool IsShared => false;

    public override string Now => "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)";

    public override string ConnectionString { get; } = new SqliteConnectionStringBuilder { DataSource = path }.ConnectionString;

    public override async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        await using var connection = (SqliteConnection)await OpenAsync(cancellationToken);
        await RunAsync("PRAGMA journal_mode = WAL");
        await RunAsync("BEGIN EXCLUSIVE");
        await RunAsync("CREATE TABLE IF NOT EXISTS job_scripts (name TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT (datetime('now')))");
        foreach (var (name, sql) in Scripts(Engine))
        {
            if (await RunAsync("INSERT INTO job_scripts (name) VALUES (@name) ON CONFLICT DO NOTHING", name) > 0)
                await RunAsync(sql);
        }

        await RunAsync("COMMIT");

        async Task<int> RunAsync(string sql, string? name = null)
        {
            await using var command = new SqliteCommand(sql, connection);
            if (name is not null)
                command.Parameters.AddWithValue("@name", name);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public override bool IsDuplicate(DbException error) => error is SqliteException { SqliteErrorCode: Constraint };

    public override ValueTask DisposeAsync()
    {
        using var pooled = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(pooled);
        return ValueTask.CompletedTask;
    }
}
