namespace Shop.EventSourcing.Storage;

/// <summary>Statements in a transaction, with parameters <c>$1</c>, <c>$2</c>, … in every engine: values of any type that a read-model column may have, or null.</summary>
public interface ISql
{
    /// <returns>How many rows it changed.</returns>
    Task<int> ExecuteAsync(string sql, params object?[] values);

    /// <summary>Calls back for each row; the row is valid until the next one.</summary>
    Task QueryAsync(string sql, Action<ISqlRow> row, params object?[] values);
}

/// <summary>One row of a result; columns from 0.</summary>
public interface ISqlRow
{
    string? Text(int column);

    long? Number(int column);

    DateTimeOffset? Instant(int column);

    /// <summary>Of a column of a read-model table.</summary>
    bool? Flag(int column);

    /// <summary>Of a column of a read-model table.</summary>
    Guid? Id(int column);
}

/// <summary>What the engines write differently in the statements that they share.</summary>
/// <param name="Differ">An expression for: these two expressions differ, where null is a value.</param>
/// <param name="Concatenate">The operator that joins two strings.</param>
/// <param name="Json">An expression for: the row of this alias as JSON, in the order of the columns.</param>
/// <param name="Key">An expression for: this key column of this alias as text, the same for the same value in every engine.</param>
public sealed record SqlDialect(
    Func<string, string, string> Differ, string Concatenate, Func<string, IReadOnlyList<Table.Column>, string> Json, Func<string, Table.Column, string> Key);
