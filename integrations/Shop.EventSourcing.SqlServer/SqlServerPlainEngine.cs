using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.EventSourcing.SqlServer;

/// <summary>A SQL Server database, or tables in one, without an event store's.</summary>
internal sealed class SqlServerPlainEngine : IPlainEngine
{
    private readonly SqlServerSource source;

    public SqlServerPlainEngine(string connectionString)
    {
        StorageFailure.Know(SqlServerFailures.IsTransient);
        source = new(connectionString);
    }

    public string ConnectionString => source.ConnectionString;

    public string Now => "DATEDIFF_BIG(microsecond, '1970-01-01', SYSUTCDATETIME())";

    public DbConnection Connect(bool pooled = true) =>
        new SqlConnection(pooled ? ConnectionString : new SqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);

    public void Use(DbContextOptionsBuilder options) => options.UseSqlServer(ConnectionString);

    public string Page(string limit, string offset) => $"OFFSET {offset} ROWS FETCH NEXT {limit} ROWS ONLY";

    public Task UpgradeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken) =>
        SqlServerSchema.UpgradeAsync(source, scripts, cancellationToken);

    public Task PurgeAsync(CancellationToken cancellationToken) => source.PurgeAsync(cancellationToken);

    public bool IsDuplicate(DbException error) => error is SqlException refused && SqlServerFailures.IsDuplicateKey(refused);
}
