namespace Shop.EventSourcing.Storage.Migration;

/// <summary>The tables that are in both databases, as all must be.</summary>
internal static class MatchedTables
{
    /// <summary>Between a read model's table and the name of another generation of it.</summary>
    private const string GenerationMark = "__";

    /// <summary>Every table and column of the source with its counterpart: nothing is left behind without a word.</summary>
    public static async Task<IReadOnlyList<MovedTable>> FindAsync(MigrationSource source, MigrationTarget target, CancellationToken cancellationToken)
    {
        var matched = new List<MovedTable>();
        foreach (var (table, names) in source.Tables())
        {
            var types = await target.ColumnsAsync(table, cancellationToken);
            if (types.Count == 0 && table.LastIndexOf(GenerationMark, StringComparison.Ordinal) is > 0 and var mark && (await target.ColumnsAsync(table[..mark], cancellationToken)).Count > 0)
            {
                await target.CreateLikeAsync(table, table[..mark], cancellationToken);
                types = await target.ColumnsAsync(table, cancellationToken);
            }

            if (types.Count == 0)
                throw new MigrationException($"{target.Location} has no table {table}, which the source has. Both must be of the same version.");
            if (names.FirstOrDefault(name => !types.ContainsKey(name)) is { } missing)
                throw new MigrationException($"Table {table} of {target.Location} has no column {missing}, which the source has. Both must be of the same version.");
            if (names.FirstOrDefault(name => target.TypeOf(table, name, types[name]) is null) is { } strange)
                throw new MigrationException($"Column {strange} of table {table} is a {types[strange]}, which this version cannot move.");
            matched.Add(new(table, [.. names.Select(name => new MovedColumn(name, target.TypeOf(table, name, types[name])!.Value, types[name]))]));
        }

        return matched;
    }
}
