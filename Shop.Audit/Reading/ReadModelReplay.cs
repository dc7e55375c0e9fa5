using System.Globalization;
using System.Reflection;
using Shop.Audit.Facts;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Reading;

/// <summary>Folds a log through a store's projections and compares the rows with those in the database.</summary>
internal sealed class ReadModelReplay(AuditedStore store)
{
    private const char KeySeparator = '\u001f';
    private static readonly MethodInfo Query = typeof(ReadModels).GetMethod(nameof(ReadModels.Query))!;

    private readonly Dictionary<string, IInlineProjection> inline = store.InlineProjections.ToDictionary(projection => projection.Category, StringComparer.Ordinal);
    private readonly Dictionary<string, (IInlineProjection Projection, object State, long Version)> streams = new(StringComparer.Ordinal);
    private readonly Dictionary<IAsyncProjection, Dictionary<string, object?>> followed = store.AsyncProjections.ToDictionary(
        projection => projection, _ => new Dictionary<string, object?>(StringComparer.Ordinal));

    /// <returns>Why a projection could not apply the event, or null.</returns>
    public string? Apply(RecordedEvent recorded)
    {
        try
        {
            Fold(recorded);
            foreach (var (projection, rows) in followed)
                Follow(projection, rows, recorded);
            return null;
        }
#pragma warning disable CA1031 // Whatever a projection throws is what the audit is to report.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error.Message;
        }
    }

    /// <param name="head">Position of the last event that was replayed.</param>
    public async Task CompareAsync(StoreFacts facts, long head, CancellationToken cancellationToken)
    {
        foreach (var projection in inline.Values)
            await CompareAsync(facts, projection.Table, Expected(projection), cancellationToken);

        foreach (var (projection, rows) in followed)
        {
            var checkpoint = await store.Engine.ReadCheckpointAsync(projection.Name, cancellationToken);
            if (checkpoint == head)
                await CompareAsync(facts, projection.Table, rows, cancellationToken);
            else
                facts.Findings.Add(new($"read model {projection.Name}", $"caught up with position {head}", $"it stands at {checkpoint}"));
        }
    }

    private void Fold(RecordedEvent recorded)
    {
        if (!streams.TryGetValue(recorded.Stream, out var stream))
        {
            var category = inline.Keys.Where(name => recorded.Stream.StartsWith(name + "-", StringComparison.Ordinal)).MaxBy(name => name.Length);
            if (category is null)
                return;
            stream = (inline[category], inline[category].Initial, 0);
        }

        streams[recorded.Stream] = (stream.Projection, stream.Projection.Evolve(stream.State, recorded), recorded.Version);
    }

    private static void Follow(IAsyncProjection projection, Dictionary<string, object?> rows, RecordedEvent recorded)
    {
        if (!projection.Events.TryDeserialize(recorded.Type, recorded.Data, out var @event) || projection.Key(@event, recorded) is not { } values)
            return;
        var key = KeyOf(values);
        rows[key] = projection.Apply(rows.GetValueOrDefault(key), @event, recorded);
    }

    private Dictionary<string, object?> Expected(IInlineProjection projection)
    {
        var expected = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (stream, (_, state, version)) in streams.Where(pair => pair.Value.Projection == projection))
        {
            if (projection.Project(stream, version, state) is { } write)
                expected[KeyOf(projection.Table, write.Row)] = write.Delete ? null : write.Row;
        }

        return expected;
    }

    private async Task CompareAsync(StoreFacts facts, Table table, Dictionary<string, object?> expected, CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        var found = new HashSet<string>(StringComparer.Ordinal);
        var rows = (IAsyncEnumerable<object>)Query.MakeGenericMethod(table.RowType).Invoke(models, null)!;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            facts.Rows++;
            var key = KeyOf(table, row);
            found.Add(key);
            if (expected.GetValueOrDefault(key) is not { } replayed)
                facts.Findings.Add(new(Subject(key), "no row", "a row that the log does not account for"));
            else if (Difference(table, replayed, row) is { } difference)
                facts.Findings.Add(new(Subject(key), $"{difference.Column} {difference.Expected}", difference.Found));
        }

        foreach (var (key, _) in expected.Where(pair => pair.Value is not null && !found.Contains(pair.Key)))
            facts.Findings.Add(new(Subject(key), "a row", "none"));

        string Subject(string key) => $"read model {table.Name}, row {key.Replace(KeySeparator, ',')}";
    }

    private static (string Column, string Expected, string Found)? Difference(Table table, object expected, object found)
    {
        foreach (var column in table.Columns)
        {
            var (left, right) = (Text(column.Value(expected)), Text(column.Value(found)));
            if (left != right)
                return (column.Name, left, right);
        }

        return null;
    }

    private static string KeyOf(Table table, object row) => KeyOf(table.Key.Select(column => column.Value(row)));

    private static string KeyOf(IEnumerable<object?> values) => string.Join(KeySeparator, values.Select(Text));

    /// <summary>A value as every engine gives it back: instants in UTC with microseconds.</summary>
    private static string Text(object? value) => value switch
    {
        null => "null",
        DateTimeOffset instant => Instants.FromUnixMicroseconds(instant.ToUnixMicroseconds()).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
