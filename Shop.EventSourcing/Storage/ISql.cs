namespace Shop.EventSourcing.Storage;

/// <summary>Statements in a transaction, with parameters <c>$1</c>, <c>$2</c>, … in either engine.</summary>
internal interface ISql
{
    /// <returns>How many rows it changed.</returns>
    Task<int> ExecuteAsync(string sql, params object?[] values);

    /// <summary>Calls back for each row; the row is valid until the next one.</summary>
    Task QueryAsync(string sql, Action<ISqlRow> row, params object?[] values);
}

internal interface ISqlRow
{
    string? Text(int column);

    long? Int64(int column);

    DateTimeOffset? Instant(int column);
}

/// <param name="IsDistinct">An operator for: differs, where null is a value.</param>
/// <param name="Json">An expression for: the row of this alias as JSON, in the order of the columns.</param>
/// <param name="Key">An expression for: this key column of this alias as text, the same for the same value in either engine.</param>
internal sealed record SqlDialect(string IsDistinct, Func<string, IReadOnlyList<Table.Column>, string> Json, Func<string, Table.Column, string> Key);
