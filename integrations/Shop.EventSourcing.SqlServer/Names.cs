using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>T-SQL takes two strings for equal that differ only in spaces at their ends, so no stream may have such a name.</summary>
internal static class Names
{
    public static bool IsPossible(string stream) => !stream.EndsWith(' ');

    /// <returns>Null: all of them can be stored.</returns>
    public static ArgumentException? Refusal(WriteSet set)
    {
        for (var index = 0; index < set.Appends.Count; index++)
        {
            if (!IsPossible(set.Appends[index].Stream))
                return new($"Stream '{set.Appends[index].Stream}' ends with a space, which SQL Server does not see. Trim the id.");
        }

        return null;
    }
}
