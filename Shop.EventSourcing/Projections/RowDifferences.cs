namespace Shop.EventSourcing.Projections;

/// <summary>How two generations of a read model differ, row by row.</summary>
/// <param name="LivePosition">Up to where the live rows were, when they were compared.</param>
/// <param name="OtherPosition">Up to where the others were.</param>
/// <param name="Changed">Rows that are in both and differ.</param>
/// <param name="OnlyLive">Rows that the others lack.</param>
/// <param name="OnlyOther">Rows that the live ones lack.</param>
/// <param name="UnderWay">
/// Rows that differ and were changed by an event that only one of them had seen then. They count nowhere else: compare again when they are quiet.
/// </param>
/// <param name="Rows">The first of those that differ.</param>
public sealed record RowDifferences(
    string Projection, string Other, long LivePosition, long OtherPosition, long LiveRows, long OtherRows, long Changed, long OnlyLive, long OnlyOther,
    long UnderWay, IReadOnlyList<RowDifference> Rows)
{
    public bool AreNone => Changed + OnlyLive + OnlyOther == 0;
}

/// <param name="Key">The row's key values, separated by commas.</param>
/// <param name="Kind"><c>changed</c>, <c>only-live</c> or <c>only-other</c>.</param>
/// <param name="Columns">Of a changed row: those that differ. Of another: all.</param>
public sealed record RowDifference(string Key, string Kind, IReadOnlyList<ColumnDifference> Columns);

/// <param name="Live">Null where the value is null, and where there is no such row.</param>
public sealed record ColumnDifference(string Column, string? Live, string? Other);
