using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.SqlClient.Server;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// The table type that carries rows of a table, and the procedure that writes them: those of the write sets that were accepted, by
/// <c>@outcomes</c>. They are generated from the table's columns; another shape of the table has others, of other names.
/// </summary>
internal sealed class SqlServerRows
{
    /// <summary>Strings are compared and ordered by their code units everywhere.</summary>
    public const string Collation = "Latin1_General_100_BIN2";

    // No column of a row can have these names.
    private const string NumberColumn = "[#number]";
    private const string RoundColumn = "[#round]";
    private const string SetColumn = "[#set]";
    private const string DeleteColumn = "[#delete]";
    private const int OwnColumns = 4;

    /// <summary>As EF Core has it: 900 bytes, the longest key of a clustered index.</summary>
    public const int KeyCharacters = 450;

    private readonly Table table;
    private readonly SqlMetaData[] columns;
    private readonly string type;

    public SqlServerRows(Table table)
    {
        this.table = table;
        columns = [RowSet.Number("#number"), RowSet.Number("#round"), RowSet.Number("#set"), RowSet.Flag("#delete"), .. table.Columns.Select(MetaData)];
        var typeSql = $"""
            (
              {NumberColumn} int NOT NULL, {RoundColumn} int NOT NULL, {SetColumn} int NOT NULL, {DeleteColumn} bit NOT NULL,
              {string.Join(", ", table.Columns.Select(column => $"{Quote(column)} {TypeInRow(column)}{(column.IsKey ? " NOT NULL" : "")}"))},
              PRIMARY KEY ({RoundColumn}, {NumberColumn}))
            """;
        var writeSql = WriteSql();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(typeSql + writeSql)).AsSpan(0, 4));
        type = Quote($"{table.Name}_rows_{hash}");
        Procedure = Quote($"write_{table.Name}_{hash}");
        Script = new(type, $"""
            CREATE TYPE {type} AS TABLE {typeSql};
            GO
            CREATE PROCEDURE {Procedure} @rows {type} READONLY, @outcomes varchar(8000) AS
            {writeSql}
            """);
    }

    /// <summary>Name of the procedure that writes rows.</summary>
    public string Procedure { get; }

    /// <summary>Creates both; to be run once per name.</summary>
    public SchemaScript Script { get; }

    public RowSet NewRows() => new(type, columns);

    /// <param name="round">
    /// One statement can touch a row only once, and every write must meet the table's constraints on its own; so the second write to a
    /// row goes to a second round, the third to a third.
    /// </param>
    public void Add(RowSet rows, int round, int set, RowWrite write)
    {
        var values = new object?[columns.Length];
        (values[0], values[1], values[2], values[3]) = (rows.Count + 1, round, set, write.Delete);
        for (var column = 0; column < table.Columns.Count; column++)
        {
            if (table.Columns[column].IsKey || !write.Delete)
                values[column + OwnColumns] = table.Columns[column].Value(write.Row);
        }

        rows.Add(values);
    }

    /// <summary>The type of a column, for a table that is created from its row type.</summary>
    /// <param name="isIndexed">Part of the key or of an index, which take strings only up to a length.</param>
    public static string TypeOf(Table.Column column, bool isIndexed)
    {
        var type = Nullable.GetUnderlyingType(column.Type) ?? column.Type;
        return type == typeof(string) ? $"nvarchar({(isIndexed ? KeyCharacters : "max")}) COLLATE {Collation}"
            : type == typeof(long) ? "bigint"
            : type == typeof(int) ? "int"
            : type == typeof(bool) ? "bit"
            : type == typeof(DateTimeOffset) ? "datetimeoffset(6)"
            : type == typeof(Guid) ? "uniqueidentifier"
            : throw new NotSupportedException($"Column {column.Name} is a {type.Name}, which a read-model table cannot store.");
    }

    public static string Quote(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    public static string Quote(Table.Column column) => Quote(column.Name);

    /// <summary>An instant travels as UTC without its offset, which the server adds.</summary>
    private static string TypeInRow(Table.Column column) =>
        TypeOf(column, column.IsKey) is var type && type == "datetimeoffset(6)" ? "datetime2(6)" : type;

    private static SqlMetaData MetaData(Table.Column column) => TypeInRow(column) switch
    {
        "bigint" => RowSet.Long(column.Name),
        "int" => RowSet.Number(column.Name),
        "bit" => RowSet.Flag(column.Name),
        "datetime2(6)" => RowSet.Instant(column.Name),
        "uniqueidentifier" => RowSet.Id(column.Name),
        _ => RowSet.Text(column.Name),
    };

    private string WriteSql()
    {
        var name = Quote(table.Name);
        var same = string.Join(" AND ", table.Key.Select(column => $"t.{Quote(column)} = r.{Quote(column)}"));
        var due = $"r.{RoundColumn} = @round AND SUBSTRING(@outcomes, r.{SetColumn}, 1) = '0' AND r.{DeleteColumn}";
        var changed = string.Join(", ", table.Columns.Where(column => !column.IsKey).Select(column => $"{Quote(column)} = r.{Quote(column)}"));
        var update = changed.Length == 0 ? "" : $"UPDATE t SET {changed} FROM @rows r JOIN {name} t ON {same} WHERE {due} = 0 OPTION (LOOP JOIN);";
        return $"""
            BEGIN
              SET NOCOUNT ON;
              DECLARE @round int = 1;
              DECLARE @rounds int;
              SELECT @rounds = MAX({RoundColumn}) FROM @rows;
              WHILE @round <= @rounds
              BEGIN
                DELETE t FROM @rows r JOIN {name} t ON {same} WHERE {due} = 1 OPTION (LOOP JOIN);
                {update}
                INSERT INTO {name} ({string.Join(", ", table.Columns.Select(Quote))})
                SELECT {string.Join(", ", table.Columns.Select(column => $"r.{Quote(column)}"))}
                FROM @rows r
                WHERE {due} = 0 AND NOT EXISTS (SELECT 1 FROM {name} t WHERE {same})
                OPTION (LOOP JOIN);
                SET @round = @round + 1;
              END;
            END;
            """;
    }
}
