namespace Shop.EventSourcing.Projections;

/// <summary>The key values of a row, in the order of its table's key.</summary>
internal sealed class RowKey(object?[] values) : IEquatable<RowKey>
{
    public object?[] Values => values;

    public bool Equals(RowKey? other) => other is not null && values.AsSpan().SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as RowKey);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in values)
            hash.Add(value);
        return hash.ToHashCode();
    }
}
