using System.Diagnostics.CodeAnalysis;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

public static class ProjectionDecoding
{
    /// <summary>The event, if it is one that the projection understands; false for one of streams that it does not follow.</summary>
    /// <exception cref="UnknownEventException">It is of a stream that it follows, and not known.</exception>
    public static bool TryDecode(this IAsyncProjection projection, RecordedEvent recorded, [NotNullWhen(true)] out object? @event)
    {
        if (projection.Events.TryDeserialize(recorded.Type, recorded.Data, out @event))
            return true;
        if (projection.Categories.Any(category => IsOf(recorded.Stream, category)))
        {
            throw new UnknownEventException(
                recorded, $"Run a version of the service whose projection {projection.Name} knows it, or skip it deliberately.");
        }

        return false;
    }

    private static bool IsOf(string stream, string category) =>
        stream.Length > category.Length && stream[category.Length] == '-' && stream.StartsWith(category, StringComparison.Ordinal);
}
