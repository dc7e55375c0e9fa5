using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Creates an empty table like another one, from what the server knows of that: columns, keys, indexes, checks and defaults.</summary>
internal static class TableCopy
{
    private static readonly string KeysSql = EmbeddedSql.Read("read-table-keys");
    private static readonly string ConstraintsSql = EmbeddedSql.Read("read-table-constraints");

    public static async Task RunAsync(ISql sql, string from, string to)
    {
        var target = SqlServerRows.Quote(to);
        var statements = new List<string>();
        var indexes = new List<Index>();
        await sql.QueryAsync(KeysSql, row => Add(indexes, row), SqlServerRows.Quote(from));
        if (indexes.Count == 0)
            throw new InvalidOperationException($"There is no table {from} with a key, to build another one beside it.");
        statements.AddRange(indexes.Select(index => index.Create(target)));
        await sql.QueryAsync(
            ConstraintsSql,
            row => statements.Add(row.Text(1) is { } column
                ? $"ALTER TABLE {target} ADD DEFAULT {row.Text(0)} FOR {SqlServerRows.Quote(column)}"
                : $"ALTER TABLE {target} ADD CHECK {row.Text(0)}"),
            SqlServerRows.Quote(from));

        await sql.ExecuteAsync($"DROP TABLE IF EXISTS {target}");
        await sql.ExecuteAsync($"SELECT * INTO {target} FROM {SqlServerRows.Quote(from)} WHERE 1 = 0");
        foreach (var statement in statements)
            await sql.ExecuteAsync(statement);
    }

    private static void Add(List<Index> indexes, ISqlRow row)
    {
        if (indexes.Find(index => index.Name == row.Text(0)) is not { } index)
            indexes.Add(index = new(row.Text(0)!, row.Number(1)!.Value, row.Number(2) == 1, row.Number(3) == 1, row.Text(4)));
        if (row.Number(7) == 1)
            index.Included.Add(SqlServerRows.Quote(row.Text(5)!));
        else
            index.Columns.Add(SqlServerRows.Quote(row.Text(5)!) + (row.Number(6) == 1 ? " DESC" : ""));
    }

    /// <param name="Kind">2: the primary key, 1: a unique constraint, 0: an index. Only those have names that no other table may have.</param>
    private sealed record Index(string Name, long Kind, bool IsUnique, bool IsClustered, string? Filter)
    {
        public List<string> Columns { get; } = [];

        public List<string> Included { get; } = [];

        public string Create(string table)
        {
            var clustered = IsClustered ? "CLUSTERED" : "NONCLUSTERED";
            var columns = string.Join(", ", Columns);
            return Kind > 0
                ? $"ALTER TABLE {table} ADD {(Kind == 2 ? "PRIMARY KEY" : "UNIQUE")} {clustered} ({columns})"
                : $"CREATE {(IsUnique ? "UNIQUE " : "")}{clustered} INDEX {SqlServerRows.Quote(Name)} ON {table} ({columns})"
                    + (Included.Count > 0 ? $" INCLUDE ({string.Join(", ", Included)})" : "")
                    + (Filter is null ? "" : $" WHERE {Filter}");
        }
    }
}
