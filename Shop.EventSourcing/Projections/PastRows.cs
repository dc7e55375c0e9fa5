using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>The rows of a read model as the log gives them, in memory.</summary>
internal abstract class PastRows
{
    public abstract IEnumerable<object> All { get; }

    public abstract void Apply(RecordedEvent recorded);

    protected static string KeyOf(IEnumerable<object?> values) =>
        string.Join('\u001f', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}

/// <summary>Those of an asynchronous projection.</summary>
internal sealed class FollowedRows(IAsyncProjection projection) : PastRows
{
    private readonly Dictionary<string, object> rows = new(StringComparer.Ordinal);

    public override IEnumerable<object> All => rows.Values;

    public override void Apply(RecordedEvent recorded)
    {
        if (!projection.TryDecode(recorded, out var @event) || projection.Key(@event, recorded) is not { } values)
            return;
        var key = KeyOf(values);
        if (projection.Apply(rows.GetValueOrDefault(key), @event, recorded) is { } row)
            rows[key] = row;
        else
            rows.Remove(key);
    }
}

/// <summary>Those of an inline projection.</summary>
/// <param name="categories">All that the store projects inline: of several that fit a stream's name, the longest is its own.</param>
internal sealed class PastInlineRows(IInlineProjection projection, IReadOnlyCollection<string> categories) : PastRows
{
    private readonly Dictionary<string, (object State, long Version)> streams = new(StringComparer.Ordinal);
    private readonly string prefix = projection.Category + "-";
    private readonly string[] longer = [.. categories.Select(category => category + "-").Where(other => other.StartsWith(projection.Category + "-", StringComparison.Ordinal) && other.Length > projection.Category.Length + 1)];

    public override IEnumerable<object> All
    {
        get
        {
            var rows = new Dictionary<string, object>(StringComparer.Ordinal);
            foreach (var (stream, (state, version)) in streams)
            {
                if (projection.Project(stream, version, state) is { Delete: false, Row: var row })
                    rows[KeyOf(projection.Table.Key.Select(column => column.Value(row)))] = row;
            }

            return rows.Values;
        }
    }

    public override void Apply(RecordedEvent recorded)
    {
        if (!recorded.Stream.StartsWith(prefix, StringComparison.Ordinal) || longer.Any(other => recorded.Stream.StartsWith(other, StringComparison.Ordinal)))
            return;
        var before = streams.TryGetValue(recorded.Stream, out var known) ? known.State : projection.Initial;
        streams[recorded.Stream] = (projection.Evolve(before, recorded), recorded.Version);
    }
}
