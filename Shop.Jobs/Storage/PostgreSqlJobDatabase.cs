using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Shop.Jobs.Storage;

/// <summary>Tables beside those of the service's store, shared by its replicas.</summary>
internal sealed class PostgreSqlJobDatabase : JobDatabase
{
    // Any number that nothing else in the database locks.
    private const long UpgradeLock = 0x4a6f6273;

    /// <summary>On top of the store's, for every process: PostgreSQL lets in 100 unless told otherwise.</summary>
    private const int MaxPoolSize = 4;

    private readonly NpgsqlDataSource owned;

    public PostgreSqlJobDatabase(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = MaxPoolSize, MinPoolSize = 0, TargetSessionAttributes = null };
        settings.ApplicationName ??= "shop";
        ConnectionString = settings.ConnectionString;
        var builder = new NpgsqlDataSourceBuilder(ConnectionString);
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => Activity.Current is not null));
        if (settings.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            var hosts = builder.BuildMultiHost();
            Source = hosts.WithTargetSession(TargetSessionAttributes.Primary);
            owned = hosts;
        }
        else
        {
            Source = owned = builder.Build();
        }
    }

    public NpgsqlDataSource Source { get; }

    public override string Engine => "PostgreSql";

    public override bool IsShared => true;

    public override string Now => "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)";

    public override string ConnectionString { get; }

    public override async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync("SET LOCAL lock_timeout = '5s'");
        await RunAsync($"SELECT pg_advisory_xact_lock({UpgradeLock})");
        await RunAsync("CREATE TABLE IF NOT EXISTS job_scripts (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
        foreach (var (name, sql) in Scripts(Engine))
        {
            if (await RunAsync("INSERT INTO job_scripts (name) VALUES (@name) ON CONFLICT DO NOTHING", name) > 0)
                await RunAsync(sql);
        }

        await transaction.CommitAsync(cancellationToken);

        async Task<int> RunAsync(string sql, string? name = null)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            if (name is not null)
                command.Parameters.AddWithValue("name", name);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => await Source.OpenConnectionAsync(cancellationToken);

    public override bool IsDuplicate(DbException error) => error.SqlState == PostgresErrorCodes.UniqueViolation;

    public override ValueTask DisposeAsync() => owned.DisposeAsync();
}
