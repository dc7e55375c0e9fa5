using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Creates a read-model table from its row type, unless one of the service's scripts has created it.</summary>
internal static class TableScript
{
    public static SchemaScript Of(Table table)
    {
        var columns = table.Columns.Select(column =>
            $"    {SqlServerRows.Quote(column)} {SqlServerRows.TypeOf(column, column.IsKey || IsIndexed(column))}{(column.IsNullable ? "" : " NOT NULL")}");
        var indexes = table.Indexes.Select(properties => table.Columns.Where(column => properties.Contains(column.Property.Name))
            .OrderBy(column => Array.IndexOf(properties, column.Property.Name)).ToList());
        return new($"table/{table.Name}", $"""
            IF OBJECT_ID(N'{table.Name}') IS NULL
            BEGIN
              CREATE TABLE {SqlServerRows.Quote(table.Name)} (
            {string.Join(",\n", columns)},
                PRIMARY KEY ({List(table.Key)})
              );
            {string.Concat(indexes.Select(index => $"  CREATE INDEX {SqlServerRows.Quote($"{table.Name}_{string.Join('_', index.Select(column => column.Name))}")} ON {SqlServerRows.Quote(table.Name)} ({List(index)});\n"))}END;
            """);

        bool IsIndexed(Table.Column column) => table.Indexes.Any(properties => properties.Contains(column.Property.Name));
    }

    private static string List(IEnumerable<Table.Column> columns) => string.Join(", ", columns.Select(SqlServerRows.Quote));
}
