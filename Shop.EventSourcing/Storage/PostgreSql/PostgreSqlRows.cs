using System.Security.Cryptography;
using System.Text;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// The statements that write rows given as JSON: <c>$1</c> is an array of row objects, each with the number of its write set,
/// <c>$2</c> tells which write sets were accepted. They call functions generated from the table's columns, so that the server plans
/// the long text once for each connection; another shape of the table has functions of other names.
/// </summary>
internal sealed class PostgreSqlRows(Table table)
{
    /// <summary>Name of the member that holds the number of the row's write set; no column can have it.</summary>
    public const string SetMember = "#set";

    private readonly Function upsert = new($"upsert_{table.Name}", UpsertSql(table));
    private readonly Function delete = new($"delete_{table.Name}", DeleteSql(table));

    public string Upsert => upsert.Call;

    public string Delete => delete.Call;

    /// <summary>What creates the functions; to be run once per name.</summary>
    public IEnumerable<SchemaScript> Scripts => [upsert.Script, delete.Script];

    private static string UpsertSql(Table table)
    {
        var updates = table.Columns.Where(column => !column.IsKey).Select(column => $"{Quote(column)} = excluded.{Quote(column)}").ToList();
        return $"INSERT INTO \"{table.Name}\" ({string.Join(", ", table.Columns.Select(Quote))})"
            + $" SELECT {string.Join(", ", table.Columns.Select(column => $"r.{Quote(column)}"))} {From(table.Columns)}"
            + $" ON CONFLICT ({string.Join(", ", table.Key.Select(Quote))})"
            + (updates.Count == 0 ? " DO NOTHING" : $" DO UPDATE SET {string.Join(", ", updates)}");
    }

    private static string DeleteSql(Table table) =>
        $"DELETE FROM \"{table.Name}\" t {From(table.Key).Replace("FROM", "USING", StringComparison.Ordinal)}"
        + string.Concat(table.Key.Select(column => $" AND t.{Quote(column)} = r.{Quote(column)}"));

    private static string From(IEnumerable<Table.Column> columns) =>
        $"FROM json_to_recordset($1) AS r (\"{SetMember}\" int{string.Concat(columns.Select(column => $", {Quote(column)} {TypeOf(column)}"))})"
        + $" WHERE $2[r.\"{SetMember}\"]";

    private static string Quote(Table.Column column) => Table.Quote(column.Name);

    private static string TypeOf(Table.Column column)
    {
        var type = Nullable.GetUnderlyingType(column.Type) ?? column.Type;
        return TypeOf(type) ?? throw new NotSupportedException($"Column {column.Name} is a {type.Name}, which a read-model table cannot store.");
    }

    /// <summary>The type of a column, for a table that is created from its row type.</summary>
    public static string? TypeOf(Type type) =>
        type == typeof(string) ? "text"
            : type == typeof(long) ? "bigint"
            : type == typeof(int) ? "integer"
            : type == typeof(bool) ? "boolean"
            : type == typeof(DateTimeOffset) ? "timestamptz"
            : type == typeof(Guid) ? "uuid"
            : null;

    private sealed class Function
    {
        public Function(string name, string sql)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)).AsSpan(0, 4));
            var unique = $"{name}_{hash}";
            Call = $"SELECT \"{unique}\"($1, $2)";
            Script = new(unique, $"CREATE FUNCTION \"{unique}\"(json, boolean[]) RETURNS void LANGUAGE plpgsql AS $function$ BEGIN {sql}; END $function$");
        }

        public string Call { get; }

        public SchemaScript Script { get; }
    }
}
