using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// Names and keys that cannot be stored. They have a greatest length, and T-SQL takes two strings for equal that differ only in
/// spaces at their ends, so no stream may have such a name.
/// </summary>
internal static class Names
{
    public const int MostCharacters = 400;

    public static bool IsPossible(string stream) => stream.Length <= MostCharacters && !stream.EndsWith(' ');

    /// <returns>Null: all of a write set can be stored.</returns>
    public static ArgumentException? Refusal(WriteSet set)
    {
        for (var index = 0; index < set.Appends.Count; index++)
        {
            if (!IsPossible(set.Appends[index].Stream))
                return new($"Stream '{set.Appends[index].Stream}' is longer than {MostCharacters} characters or ends with a space, which SQL Server does not see. Use another id.");
        }

        if (set.Inbox?.Endpoint.Length > MostCharacters)
            return new($"Endpoint {set.Inbox.Endpoint} is longer than {MostCharacters} characters.");
        for (var index = 0; index < set.Rows.Count; index++)
        {
            if (HasLongKey(set.Rows[index]))
                return new($"A key of {set.Rows[index].Table.Name} is longer than {SqlServerRows.KeyCharacters} characters.");
        }

        return null;
    }

    private static bool HasLongKey(RowWrite write)
    {
        for (var index = 0; index < write.Table.Columns.Count; index++)
        {
            var column = write.Table.Columns[index];
            if (column.IsKey && column.Value(write.Row) is string { Length: > SqlServerRows.KeyCharacters })
                return true;
        }

        return false;
    }
}
