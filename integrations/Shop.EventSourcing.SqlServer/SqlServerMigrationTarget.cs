using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.SqlClient.Server;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;

namespace Shop.EventSourcing.SqlServer;

/// <summary>A SQL Server database that is moved to.</summary>
public sealed class SqlServerMigrationTarget : MigrationTarget
{
    private const int RowsPerStatement = 1_000;

    private static readonly string ReadColumns = EmbeddedSql.Read("read-columns");
    private static readonly string References = EmbeddedSql.Read("read-references");
    private static readonly string CreateMovedHere = EmbeddedSql.Read("create-moved-here");
    private static readonly string LockSql = EmbeddedSql.Read("lock-migration");

    private readonly SqlServerSource source;
    private readonly HashSet<string> types = [];

    /// <param name="connectionString">Microsoft.Data.SqlClient's.</param>
    /// <exception cref="ArgumentException">It cannot be understood.</exception>
    public SqlServerMigrationTarget(string connectionString)
    {
        StorageFailure.Know(SqlServerFailures.IsTransient);
        source = new(connectionString);
    }

    public override string Location => source.Location;

    public override string NewDatabase => "such as with deploy/sqlserver/databases.sql";

    protected override string ColumnsSql => ReadColumns;

    protected override string CreateMovedHereSql => CreateMovedHere;

    protected override string ReferencesSql => References;

    public override MovedType? TypeOf(string table, string column, string type) => (table, column, type) switch
    {
        ("events", "data" or "metadata", "varbinary") => MovedType.Utf8,
        (_, _, "bigint") => MovedType.Number,
        (_, _, "int") => MovedType.SmallNumber,
        (_, _, "bit") => MovedType.Truth,
        (_, _, "nvarchar") => MovedType.Text,
        (_, _, "varbinary") => MovedType.Bytes,
        (_, _, "uniqueidentifier") => MovedType.Id,
        (_, _, "datetime2" or "datetimeoffset") => MovedType.Instant,
        _ => null,
    };

    public override async Task CreateLikeAsync(string table, string model, CancellationToken cancellationToken) =>
        await TableCopy.RunAsync(new SqlServerSql((SqlConnection)Connection, (SqlTransaction?)Transaction, cancellationToken), model, table);

    protected override IStorageEngine OpenStore(IReadOnlyList<Table> tables) => new SqlServerEngine(source.ConnectionString, tables) { IsBeingMigrated = true };

    protected override DbConnection NewConnection() => new SqlConnection(
        new SqlConnectionStringBuilder(source.ConnectionString) { Pooling = false, CommandTimeout = 0, ApplicationName = "shop migrate" }.ConnectionString);

    protected override async Task<bool> TryLockAsync(CancellationToken cancellationToken) => await NumberAsync(LockSql, cancellationToken) >= 0;

    protected override async Task LockAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
            await NumberAsync($"SELECT COUNT_BIG(*) FROM {SqlServerRows.Quote(table.Name)} WITH (TABLOCKX, HOLDLOCK)", cancellationToken);
    }

    /// <summary>A type for its rows: one that a transaction has created cannot be used in it without waiting for its end.</summary>
    protected override async Task ReadyAsync(MovedTable table, CancellationToken cancellationToken)
    {
        if (!types.Add(RowTypeOf(table)))
            return;
        await ExecuteAsync($"DROP TYPE IF EXISTS {RowTypeOf(table)}", cancellationToken);
        await ExecuteAsync(
            $"CREATE TYPE {RowTypeOf(table)} AS TABLE ({string.Join(", ", ColumnsOf(table).Select(column => $"{SqlServerRows.Quote(column.Name)} {TypeInRow(column)}"))})", cancellationToken);
    }

    protected override async Task CopyAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var columns = ColumnsOf(table);
        SqlMetaData[] meta = [.. columns.Select(MetaOf)];
        var names = string.Join(", ", columns.Select(column => SqlServerRows.Quote(column.Name)));
        var target = SqlServerRows.Quote(table.Name);
        var insert = $"INSERT INTO {target} ({names}) SELECT {names} FROM @rows";
        if (await NumberAsync($"SELECT COUNT_BIG(*) FROM sys.columns WHERE object_id = OBJECT_ID(N'{target}') AND is_identity = 1", cancellationToken) > 0)
            insert = $"SET IDENTITY_INSERT {target} ON; {insert}; SET IDENTITY_INSERT {target} OFF";
        foreach (var part in rows.Select(row => Values(table, row)).Chunk(RowsPerStatement))
            await InsertAsync(table, insert, part, meta, cancellationToken);
    }

    /// <summary>The server counts on after the highest number that it was given.</summary>
    protected override Task ContinueNumbersAsync(MovedTable table, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var type in types)
            await ExecuteAsync($"DROP TYPE {type}", cancellationToken);
        types.Clear();
    }

    private static string RowTypeOf(MovedTable table) => SqlServerRows.Quote($"moved_{table.Name}");

    /// <summary>The outbox of this engine says of every message from when on it is due, which follows from <c>due_at</c>.</summary>
    private static IReadOnlyList<MovedColumn> ColumnsOf(MovedTable table) =>
        DueAt(table) < 0 ? table.Columns : [.. table.Columns, new("due_from", MovedType.Instant, "datetime2")];

    /// <summary>The place of <c>due_at</c> in the outbox, or -1.</summary>
    private static int DueAt(MovedTable table) => table.Name == "outbox" ? table.Columns.ToList().FindIndex(column => column.Name == "due_at") : -1;

    private async Task InsertAsync(MovedTable table, string insert, object?[][] rows, SqlMetaData[] meta, CancellationToken cancellationToken)
    {
        var set = new RowSet(RowTypeOf(table), meta);
        foreach (var row in rows)
            set.Add(row);
        try
        {
            await using var command = new SqlCommand(insert, (SqlConnection)Connection, (SqlTransaction?)Transaction);
            command.Parameters.Add(SqlValues.Of("@rows", set));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (SqlException refused) when (SqlServerFailures.IsRefusal(refused))
        {
            throw new MigrationException($"Table {table.Name} has a row that SQL Server cannot hold: {refused.Message} The old store stays as it is.", refused);
        }
    }

    private static string TypeInRow(MovedColumn column) => column.Type switch
    {
        MovedType.Number => "bigint",
        MovedType.SmallNumber => "int",
        MovedType.Truth => "bit",
        MovedType.Text => $"nvarchar(max) COLLATE {SqlServerRows.Collation}",
        MovedType.Bytes or MovedType.Utf8 => "varbinary(max)",
        MovedType.Id => "uniqueidentifier",
        _ => "datetime2(6)",
    };

    private static SqlMetaData MetaOf(MovedColumn column) => column.Type switch
    {
        MovedType.Number => RowSet.Long(column.Name),
        MovedType.SmallNumber => RowSet.Number(column.Name),
        MovedType.Truth => RowSet.Flag(column.Name),
        MovedType.Text => RowSet.Text(column.Name),
        MovedType.Bytes or MovedType.Utf8 => RowSet.Bytes(column.Name),
        MovedType.Id => RowSet.Id(column.Name),
        _ => RowSet.Instant(column.Name),
    };

    private static object?[] Values(MovedTable table, object?[] row)
    {
        for (var column = 0; column < row.Length; column++)
        {
            if (table.Name == "streams" && table.Columns[column].Name == "name" && row[column] is string stream && !Names.IsPossible(stream))
                throw new MigrationException($"Stream '{stream}' is longer than {Names.MostCharacters} characters or ends with a space: SQL Server cannot hold it.");
        }

        return DueAt(table) is var dueAt && dueAt < 0 ? [.. row] : [.. row, row[dueAt] ?? DateTime.MinValue];
    }
}
