namespace Shop.EventSourcing.Storage;

/// <summary>Creates a read-model table from its row type, unless one of the service's scripts has created it.</summary>
internal static class TableScript
{
    public static SchemaScript Of(Table table, Func<Type, string?> typeOf)
    {
        var columns = table.Columns.Select(column =>
            $"  \"{column.Name}\" {typeOf(Nullable.GetUnderlyingType(column.Type) ?? column.Type)}{(column.IsNullable ? "" : " NOT NULL")}");
        var key = string.Join(", ", table.Key.Select(column => $"\"{column.Name}\""));
        var indexes = table.Indexes.Select(properties => table.Columns.Where(column => properties.Contains(column.Property.Name))
            .OrderBy(column => Array.IndexOf(properties, column.Property.Name)).ToList());
        return new($"table/{table.Name}", string.Concat(
            indexes.Select(index =>
                $"CREATE INDEX IF NOT EXISTS \"{table.Name}_{string.Join('_', index.Select(column => column.Name))}\" ON \"{table.Name}\" ({string.Join(", ", index.Select(column => $"\"{column.Name}\""))});\n")
                .Prepend($"CREATE TABLE IF NOT EXISTS \"{table.Name}\" (\n{string.Join(",\n", columns)},\n  PRIMARY KEY ({key})\n);\n")));
    }
}
