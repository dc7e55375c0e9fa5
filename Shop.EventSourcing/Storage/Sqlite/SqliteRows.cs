namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Writes rows of one read-model table with statements generated from its columns.</summary>
internal sealed class SqliteRows
{
    private delegate void Binder(SqliteStatement statement, int parameter, object value);

    private readonly (Table.Column Column, Binder Bind)[] columns;
    private readonly (Table.Column Column, Binder Bind)[] key;
    private readonly SqliteStatement upsert;
    private readonly SqliteStatement delete;

    public SqliteRows(SqliteHandle database, Table table)
    {
        columns = [.. table.Columns.Select(column => (column, BinderOf(column)))];
        key = [.. columns.Where(entry => entry.Column.IsKey)];
        upsert = database.Prepare(UpsertSql(table));
        delete = database.Prepare(DeleteSql(table));
    }

    public void Write(RowWrite write)
    {
        var (statement, values) = write.Delete ? (delete, key) : (upsert, columns);
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index].Column.Value(write.Row) is { } value)
                values[index].Bind(statement, index + 1, value);
            else
                statement.BindNull(index + 1);
        }

        statement.Run();
    }

    private static string UpsertSql(Table table)
    {
        var updates = table.Columns.Where(column => !column.IsKey).Select(column => $"{Table.Quote(column.Name)} = excluded.{Table.Quote(column.Name)}").ToList();
        return $"INSERT INTO {Table.Quote(table.Name)} ({string.Join(", ", table.Columns.Select(column => Table.Quote(column.Name)))})"
            + $" VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})"
            + $" ON CONFLICT ({string.Join(", ", table.Key.Select(column => Table.Quote(column.Name)))})"
            + (updates.Count == 0 ? " DO NOTHING" : $" DO UPDATE SET {string.Join(", ", updates)}");
    }

    private static string DeleteSql(Table table) =>
        $"DELETE FROM {Table.Quote(table.Name)} WHERE {string.Join(" AND ", table.Key.Select(column => $"{Table.Quote(column.Name)} = ?"))}";

    /// <summary>The type of a column, for a table that is created from its row type.</summary>
    public static string TypeOf(Type type) => type == typeof(string) || type == typeof(Guid) ? "TEXT" : "INTEGER";

    private static Binder BinderOf(Table.Column column)
    {
        var type = Nullable.GetUnderlyingType(column.Type) ?? column.Type;
        return type == typeof(string) ? (statement, parameter, value) => statement.Bind(parameter, (string)value)
            : type == typeof(long) ? (statement, parameter, value) => statement.Bind(parameter, (long)value)
            : type == typeof(int) ? (statement, parameter, value) => statement.Bind(parameter, (long)(int)value)
            : type == typeof(bool) ? (statement, parameter, value) => statement.Bind(parameter, (bool)value ? 1L : 0L)
            : type == typeof(DateTimeOffset) ? (statement, parameter, value) => statement.Bind(parameter, (DateTimeOffset)value)
            : type == typeof(Guid) ? BindGuidAsText
            : throw new NotSupportedException($"Column {column.Name} is a {type.Name}, which a read-model table cannot store.");
    }

    private static void BindGuidAsText(SqliteStatement statement, int parameter, object value)
    {
        Span<byte> text = stackalloc byte[36];
        ((Guid)value).TryFormat(text, out _);
        statement.BindText(parameter, text);
    }
}
