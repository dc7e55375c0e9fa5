namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// The statements, generated from a table's columns, that write rows given as JSON: <c>$1</c> is an array of row objects, each with
/// the number of its write set, <c>$2</c> tells which write sets were accepted.
/// </summary>
internal sealed class PostgreSqlRows(Table table)
{
    /// <summary>Name of the member that holds the number of the row's write set; no column can have it.</summary>
    public const string SetMember = "#set";

    public string Upsert { get; } = UpsertSql(table);

    public string Delete { get; } = DeleteSql(table);

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

    private static string Quote(Table.Column column) => $"\"{column.Name}\"";

    private static string TypeOf(Table.Column column)
    {
        var type = Nullable.GetUnderlyingType(column.Type) ?? column.Type;
        return type == typeof(string) ? "text"
            : type == typeof(long) ? "bigint"
            : type == typeof(int) ? "integer"
            : type == typeof(bool) ? "boolean"
            : type == typeof(DateTimeOffset) ? "timestamptz"
            : type == typeof(Guid) ? "uuid"
            : throw new NotSupportedException($"Column {column.Name} is a {type.Name}, which a read-model table cannot store.");
    }
}
