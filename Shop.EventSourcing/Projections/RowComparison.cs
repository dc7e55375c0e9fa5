using System.Globalization;
using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>
/// Compares two tables in the database, as they are at one instant. What only one of them has seen yet is known from the log, so that
/// two generations need not stand still to be compared exactly.
/// </summary>
internal sealed class RowComparison(EventStore store, ProjectionControl.Target target, ProjectionSlot other)
{
    /// <summary>Between the positions of the two, at most so many events.</summary>
    private const int ApartMax = 20_000;

    private readonly Table table = target.Table;
    private readonly string live = ProjectionSlot.Live.TableName(target.Table);
    private readonly string beside = other.TableName(target.Table);
    private readonly SqlDialect dialect = store.Engine.Projections.Dialect;
    private readonly List<RowDifference> named = [];
    private (long Changed, long OnlyLive, long OnlyOther, long UnderWay) counts;

    public Task<RowDifferences> RunAsync(int limit, CancellationToken cancellationToken) => store.Engine.Projections.SnapshotAsync(async sql =>
    {
        var (livePosition, otherPosition) = await PositionsAsync(sql);
        var underWay = await KeysUnderWayAsync(livePosition, otherPosition, cancellationToken);
        var keys = table.Key.Count();
        await sql.QueryAsync(DifferencesSql(), row =>
        {
            var key = string.Join(',', Enumerable.Range(0, keys).Select(row.Text));
            Count(key, row.Text(keys), row.Text(keys + 1), underWay.Contains(key), limit);
        });
        return new RowDifferences(
            target.Name, ProjectionSlots.Name(other), livePosition, otherPosition, await CountAsync(sql, live), await CountAsync(sql, beside),
            counts.Changed, counts.OnlyLive, counts.OnlyOther, counts.UnderWay, named);
    }, cancellationToken);

    private async Task<(long Live, long Other)> PositionsAsync(ISql sql)
    {
        var (livePosition, otherPosition) = (0L, 0L);
        if (target.Inline is null)
            await sql.QueryAsync("SELECT position FROM checkpoints WHERE projection = $1", row => livePosition = row.Number(0)!.Value, target.Name);
        else
            await sql.QueryAsync("SELECT coalesce(max(position), 0) FROM events", row => livePosition = row.Number(0)!.Value);
        await sql.QueryAsync("SELECT position FROM checkpoints WHERE projection = $1", row => otherPosition = row.Number(0)!.Value, other.Checkpoint(target.Name));
        return (livePosition, otherPosition);
    }

    /// <summary>Keys of the rows that may differ because one of the two is behind the other.</summary>
    private async Task<HashSet<string>> KeysUnderWayAsync(long livePosition, long otherPosition, CancellationToken cancellationToken)
    {
        var from = Math.Min(livePosition, otherPosition);
        var apart = Math.Max(livePosition, otherPosition) - from;
        if (apart > ApartMax)
        {
            throw new DomainException(
                "too-far-apart", $"The live rows of {target.Name} stand at position {livePosition}, the others at {otherPosition}. Compare when they are less than {ApartMax} events apart.", conflict: true);
        }

        var events = apart == 0 ? [] : await store.Engine.ReadLogAsync(from, (int)apart, cancellationToken);
        if (target.Inline is { } written)
        {
            var made = await new InlineRows(store, written, table).ApplyAsync(events, false, () => ValueTask.FromResult(true), cancellationToken);
            return [.. made.Rows.Select(write => KeyOf(table.Key.Select(column => column.Value(write.Row))))];
        }

        return [.. events.Select(recorded => target.Async!.Events.TryDeserialize(recorded.Type, recorded.Data, out var @event) ? target.Async.Key(@event, recorded) : null)
            .OfType<object?[]>().Select(KeyOf)];
    }

    private void Count(string key, string? liveRow, string? otherRow, bool isUnderWay, int limit)
    {
        if (isUnderWay)
        {
            counts.UnderWay++;
            return;
        }

        var kind = liveRow is null ? "only-other" : otherRow is null ? "only-live" : "changed";
        if (kind == "changed")
            counts.Changed++;
        else if (kind == "only-live")
            counts.OnlyLive++;
        else
            counts.OnlyOther++;
        if (named.Count < limit)
            named.Add(new(key, kind, Columns(liveRow, otherRow)));
    }

    private List<ColumnDifference> Columns(string? liveRow, string? otherRow)
    {
        using var left = liveRow is null ? null : JsonDocument.Parse(liveRow);
        using var right = otherRow is null ? null : JsonDocument.Parse(otherRow);
        return
        [
            .. table.Columns
                .Select(column => new ColumnDifference(column.Name, ValueOf(column, left), ValueOf(column, right)))
                .Where(column => left is null || right is null || column.Live != column.Other),
        ];
    }

    private static string? ValueOf(Table.Column column, JsonDocument? row)
    {
        if (row is null)
            return null;
        var value = row.RootElement.GetProperty(column.Name);
        var type = Nullable.GetUnderlyingType(column.Type) ?? column.Type;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (type == typeof(DateTimeOffset))
            return RowText.Of(value.ValueKind == JsonValueKind.Number ? Instants.FromUnixMicroseconds(value.GetInt64()) : value.GetDateTimeOffset());
        if (type == typeof(bool))
            return value.ValueKind == JsonValueKind.Number ? (value.GetInt64() == 0 ? "false" : "true") : value.GetRawText();
        return value.ToString();
    }

    private string DifferencesSql()
    {
        var same = string.Join(" AND ", table.Key.Select(column => $"a.\"{column.Name}\" = b.\"{column.Name}\""));
        var noOther = string.Join(" AND ", table.Key.Select(column => $"b.\"{column.Name}\" IS NULL"));
        var noLive = string.Join(" AND ", table.Key.Select(column => $"a.\"{column.Name}\" IS NULL"));
        var differ = string.Concat(table.Columns.Where(column => !column.IsKey).Select(column => $" OR {dialect.Differ($"a.\"{column.Name}\"", $"b.\"{column.Name}\"")}"));
        return $"""
            SELECT {Keys("a")}, {dialect.Json("a", table.Columns)}, CASE WHEN {noOther} THEN NULL ELSE {dialect.Json("b", table.Columns)} END
            FROM "{live}" a LEFT JOIN "{beside}" b ON {same}
            WHERE {noOther}{differ}
            UNION ALL
            SELECT {Keys("b")}, NULL, {dialect.Json("b", table.Columns)}
            FROM "{beside}" b LEFT JOIN "{live}" a ON {same}
            WHERE {noLive}
            """;

        string Keys(string alias) => string.Join(", ", table.Key.Select(column => dialect.Key(alias, column)));
    }

    private static async Task<long> CountAsync(ISql sql, string table)
    {
        var rows = 0L;
        await sql.QueryAsync($"SELECT count(*) FROM \"{table}\"", row => rows = row.Number(0)!.Value);
        return rows;
    }

    /// <summary>As the engines write them.</summary>
    private static string KeyOf(IEnumerable<object?> values) => string.Join(',', values.Select(value => value switch
    {
        DateTimeOffset instant => instant.ToUnixMicroseconds().ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "1" : "0",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    }));
}
