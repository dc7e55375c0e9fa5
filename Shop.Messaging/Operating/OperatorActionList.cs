using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Operating;

/// <summary>A recorded action.</summary>
/// <param name="Store">Name of the service.</param>
/// <param name="Number">Counts the service's actions, from 1.</param>
public sealed record RecordedOperatorAction(string Store, long Number, DateTimeOffset At, string Who, string Action, string Target, string Reason);

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record OperatorActionPage(IReadOnlyList<RecordedOperatorAction> Items, string? Next);

/// <summary>The recorded actions of all stores of this process, newest first.</summary>
public sealed class OperatorActionList(IEnumerable<EventStore> stores)
{
    /// <param name="after">Of the page before; null for the first one.</param>
    /// <exception cref="DomainException"><paramref name="after"/> did not come from a page.</exception>
    public async Task<OperatorActionPage> ReadAsync(string? after, int limit, CancellationToken cancellationToken = default)
    {
        var places = Parse(after);
        var found = new List<RecordedOperatorAction>();
        var left = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var store in stores)
        {
            var last = places is null
                ? (await store.ReadAsync(OperatorActions.Aggregate, OperatorActions.Id, cancellationToken)).Version
                : places.GetValueOrDefault(store.Name);
            left[store.Name] = last;
            await foreach (var recorded in store.ReadStreamAsync(OperatorActions.Stream, Math.Max(last - limit, 0), last, cancellationToken: cancellationToken))
                found.Add(Describe(store.Name, recorded));
        }

        var items = found.OrderByDescending(action => action.At).ThenByDescending(action => action.Number).Take(limit).ToList();
        foreach (var action in items)
            left[action.Store] = Math.Min(left[action.Store], action.Number - 1);
        return new(items, left.Values.Any(number => number > 0) ? string.Join(',', left.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.Key}={place.Value}"))) : null);
    }

    private static RecordedOperatorAction Describe(string store, RecordedEvent recorded)
    {
        var acted = EventStore.Decode<OperatorActed>(OperatorActions.Types, recorded);
        return new(store, recorded.Version, recorded.RecordedAt, acted.Who, acted.Action, acted.Target, acted.Reason);
    }

    private static Dictionary<string, long>? Parse(string? after)
    {
        if (after is null)
            return null;
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in after.Split(','))
        {
            if (entry.Split('=') is not [{ Length: > 0 } store, var text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new DomainException("invalid-request", "Give the value of next from the page before, or leave it out.") { Field = "after" };
            places[store] = number;
        }

        return places;
    }
}
