using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.SqlClient.Server;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// The table type that carries rows of a table, and the procedures that write them: those of the write sets that were accepted, by
/// <c>@outcomes</c>. They are generated from the table's columns; another shape of the table has others, of other names.
/// </summary>
internal sealed class SqlServerRows
{
    /// <summary>Strings are compared and ordered by their code units everywhere.</summary>
    public const string Collation = "Latin1_General_100_BIN2";

    /// <summary>Number of the row's write set; no column of a row can have this name.</summary>
    private const string SetColumn = "#set";

    /// <summary>As EF Core has it: 900 bytes, the longest key of a clustered index.</summary>
    private const int KeyCharacters = 450;

    private readonly Table table;
    private readonly SqlMetaData[] columns;
    private readonly string type;

    public SqlServerRows(Table table)
    {
        this.table = table;
        columns = [RowSet.Number(SetColumn), .. table.Columns.Select(MetaData)];
        var typeSql = $"({Quote(SetColumn)} int NOT NULL{string.Concat(table.Columns.Select(column => $", {Quote(column)} {TypeInRow(column)}{(column.IsKey ? " NOT NULL" : "")}"))})";
        var (upsertSql, deleteSql) = (UpsertSql(), DeleteSql());
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(typeSql + upsertSql + deleteSql)).AsSpan(0, 4));
        type = $"{table.Name}_rows_{hash}";
        Upsert = Quote($"upsert_{table.Name}_{hash}");
        Delete = Quote($"delete_{table.Name}_{hash}");
        Script = new(type, $"""
            CREATE TYPE {Quote(type)} AS TABLE {typeSql};
            GO
            CREATE PROCEDURE {Upsert} @rows {Quote(type)} READONLY, @outcomes varchar(8000) AS BEGIN SET NOCOUNT ON; {upsertSql} END;
            GO
            CREATE PROCEDURE {Delete} @rows {Quote(type)} READONLY, @outcomes varchar(8000) AS BEGIN SET NOCOUNT ON; {deleteSql} END;
            """);
    }

    /// <summary>Name of the procedure that inserts or replaces rows.</summary>
    public string Upsert { get; }

    /// <summary>Name of the procedure that deletes rows by their keys.</summary>
    public string Delete { get; }

    /// <summary>Creates them; to be run once per name.</summary>
    public SchemaScript Script { get; }

    public RowSet NewRows() => new(Quote(type), columns);

    public void Add(RowSet rows, int set, RowWrite write)
    {
        var values = new object?[columns.Length];
        values[0] = set;
        for (var column = 0; column < table.Columns.Count; column++)
        {
            if (table.Columns[column].IsKey || !write.Delete)
                values[column + 1] = table.Columns[column].Value(write.Row);
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

    private string UpsertSql()
    {
        var changed = string.Join(", ", table.Columns.Where(column => !column.IsKey).Select(column => $"{Quote(column)} = r.{Quote(column)}"));
        var update = $"UPDATE t SET {changed} FROM @rows r JOIN {Quote(table.Name)} t ON {SameKey} WHERE {IsAccepted} OPTION (LOOP JOIN);";
        return (changed.Length == 0 ? "" : update)
            + $" INSERT INTO {Quote(table.Name)} ({string.Join(", ", table.Columns.Select(Quote))})"
            + $" SELECT {string.Join(", ", table.Columns.Select(column => $"r.{Quote(column)}"))} FROM @rows r"
            + $" WHERE {IsAccepted} AND NOT EXISTS (SELECT 1 FROM {Quote(table.Name)} t WHERE {SameKey}) OPTION (LOOP JOIN);";
    }

    private string DeleteSql() => $"DELETE t FROM @rows r JOIN {Quote(table.Name)} t ON {SameKey} WHERE {IsAccepted} OPTION (LOOP JOIN);";

    private string SameKey => string.Join(" AND ", table.Key.Select(column => $"t.{Quote(column)} = r.{Quote(column)}"));

    private static string IsAccepted => $"SUBSTRING(@outcomes, r.{Quote(SetColumn)}, 1) = '0'";
}
