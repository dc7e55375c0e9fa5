using System.Data;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <inheritdoc/>
internal sealed class SqlServerProjections(SqlServerSource source, IReadOnlyDictionary<Table, SqlServerRows> rowsOf) : ProjectionStorage
{
    // An exchange of tables waits for the queries that read them, and holds up all that come after it: not for long.
    private const string Patience = "SET LOCK_TIMEOUT 3000";

    private static readonly string FenceSql = EmbeddedSql.Read("fence-lease");
    private static readonly string HoldSql = EmbeddedSql.Read("hold-lease");
    private static readonly string SetCheckpointSql = EmbeddedSql.Read("set-checkpoint");
    private static readonly string LockLogSql = EmbeddedSql.Read("lock-log");
    private static readonly string RenameTableSql = EmbeddedSql.Read("rename-table");

    protected override SqlDialect Dialect { get; } = new(
        (left, right) => $"NOT EXISTS (SELECT {left} INTERSECT SELECT {right})",
        "+",
        (alias, columns) =>
            $"(SELECT {string.Join(", ", columns.Select(column => $"{(TypeOf(column) == typeof(Guid) ? Key(alias, column) : Named(alias, column))} AS {SqlServerRows.Quote(column)}"))}"
            + " FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER)",
        Key);

    protected override Task<T> SnapshotAsync<T>(Func<ISql, Task<T>> read, CancellationToken cancellationToken) => source.SnapshotAsync(
        (connection, transaction) => read(new SqlServerSql(connection, transaction, cancellationToken)), cancellationToken);

    protected override async Task<T> WriteAsync<T>(Func<ISql, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenAsync(cancellationToken);
            await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            var sql = new SqlServerSql(connection, transaction, cancellationToken);
            await sql.ExecuteAsync(Patience);
            var result = await work(sql);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (SqlException busy) when (busy.Number == SqlServerFailures.LockTimeout)
        {
            throw new DomainException("projection-busy", "Somebody reads its rows for longer than 3 s. Nothing was changed; try again in a moment.", conflict: true);
        }
    }

    protected override Task FenceAsync(ISql sql, string lease) => ((SqlServerSql)sql).RunAsync(FenceSql, ("@name", lease));

    protected override async Task<bool> HoldsAsync(ISql sql, Lease lease) =>
        await ((SqlServerSql)sql).RunAsync(HoldSql, ("@name", lease.Name), ("@token", lease.Token)) > 0;

    protected override async Task<long> LockLogAsync(ISql sql)
    {
        var head = 0L;
        await sql.QueryAsync(LockLogSql, row => head = row.Number(0)!.Value);
        return head;
    }

    protected override Task CopyTableAsync(ISql sql, string from, string to, long generation) => TableCopy.RunAsync(sql, from, to);

    protected override Task RenameTableAsync(ISql sql, string from, string to) =>
        ((SqlServerSql)sql).RunAsync(RenameTableSql, ("@from", from), ("@to", to));

    protected override Task SetCheckpointAsync(ISql sql, string checkpoint, long position) =>
        ((SqlServerSql)sql).RunAsync(SetCheckpointSql, ("@projection", checkpoint), ("@position", position));

    protected override Task WriteRowsAsync(ISql sql, IReadOnlyList<RowWrite> rows)
    {
        var batches = new RowBatches(rowsOf);
        foreach (var row in rows)
            batches.Add(1, row);
        return ((SqlServerSql)sql).CallAsync(batches.Take());
    }

    private static Type TypeOf(Table.Column column) => Nullable.GetUnderlyingType(column.Type) ?? column.Type;

    private static string Named(string alias, Table.Column column) => $"{alias}.{SqlServerRows.Quote(column)}";

    private static string Key(string alias, Table.Column column)
    {
        var type = TypeOf(column);
        var name = Named(alias, column);
        return type == typeof(string) ? name
            : type == typeof(Guid) ? $"LOWER(CONVERT(nvarchar(36), {name}))"
            : type == typeof(DateTimeOffset) ? $"CONVERT(nvarchar(30), DATEDIFF_BIG(microsecond, '1970-01-01T00:00:00+00:00', {name}))"
            : type == typeof(bool) ? $"CONVERT(nvarchar(1), {name})"
            : $"CONVERT(nvarchar(30), {name})";
    }
}
