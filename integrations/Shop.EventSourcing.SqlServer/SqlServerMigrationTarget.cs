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

    private static readonly string ColumnsOf = EmbeddedSql.Read("read-columns");
    private static readonly string References = EmbeddedSql.Read("read-references");
    private static readonly string CreateMovedHere = EmbeddedSql.Read("create-moved-here");
    private static readonly string LockSql = EmbeddedSql.Read("lock-migration");

    private readonly SqlServerSource source;

    /// <param name="connectionString">Microsoft.Data.SqlClient's.</param>
    /// <exception cref="ArgumentException">It cannot be understood.</exception>
    public SqlServerMigrationTarget(string connectionString)
    {
        StorageFailure.Know(SqlServerFailures.IsTransient);
        source = new(connectionString);
    }

    public override string Location => source.Location;

    public override string NewDatabase => "as docs/event-store.md says";

    protected override string ColumnsSql => ColumnsOf;

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

    /// <summary>As a parameter of a type that is there just for that: bulk copies know too little of what a server refuses.</summary>
    protected override async Task CopyAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var dueAt = DueAt(table);
        var columns = table.Columns.Select(column => (column.Name, Meta: MetaOf(column), Type: TypeInRow(column))).ToList();
        if (dueAt >= 0)
            columns.Add(("due_from", RowSet.Instant("due_from"), "datetime2(6)"));
        SqlMetaData[] meta = [.. columns.Select(column => column.Meta)];
        var names = string.Join(", ", columns.Select(column => SqlServerRows.Quote(column.Name)));
        await ExecuteAsync($"CREATE TYPE moved_rows AS TABLE ({string.Join(", ", columns.Select(column => $"{SqlServerRows.Quote(column.Name)} {column.Type}"))})", cancellationToken);
        var target = SqlServerRows.Quote(table.Name);
        var insert = $"INSERT INTO {target} ({names}) SELECT {names} FROM @rows";
        if (await NumberAsync($"SELECT COUNT_BIG(*) FROM sys.columns WHERE object_id = OBJECT_ID(N'{target}') AND is_identity = 1", cancellationToken) > 0)
            insert = $"SET IDENTITY_INSERT {target} ON; {insert}; SET IDENTITY_INSERT {target} OFF";
        foreach (var part in rows.Select(row => Values(table, row, dueAt)).Chunk(RowsPerStatement))
            await InsertAsync(table, insert, part, meta, cancellationToken);
        await ExecuteAsync("DROP TYPE moved_rows", cancellationToken);
    }

    private async Task InsertAsync(MovedTable table, string insert, object?[][] rows, SqlMetaData[] meta, CancellationToken cancellationToken)
    {
        var set = new RowSet("moved_rows", meta);
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

    /// <summary>The server counts on after the highest number that it was given.</summary>
    protected override Task ContinueNumbersAsync(MovedTable table, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The outbox of this engine says for every message from when on it is due: the place of <c>due_at</c>, from which that follows, or -1.</summary>
    private static int DueAt(MovedTable table) => table.Name == "outbox" ? table.Columns.ToList().FindIndex(column => column.Name == "due_at") : -1;

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

    private static object?[] Values(MovedTable table, object?[] row, int dueAt)
    {
        for (var column = 0; column < row.Length; column++)
        {
            if (table.Name == "streams" && table.Columns[column].Name == "name" && row[column] is string stream && !Names.IsPossible(stream))
                throw new MigrationException($"Stream '{stream}' is longer than {Names.MostCharacters} characters or ends with a space: SQL Server cannot hold it.");
        }

        return dueAt < 0 ? [.. row] : [.. row, row[dueAt] ?? DateTime.MinValue];
    }
}
