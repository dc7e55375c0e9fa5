using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <param name="Version">Events on it.</param>
/// <param name="ArchivedVersion">The last version that is in the archive; 0: none.</param>
public sealed record StreamListEntry(string Store, string Stream, long Version, long ArchivedVersion);

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record StreamListPage(IReadOnlyList<StreamListEntry> Items, string? Next);

/// <summary>A stored event, as it is stored: personal data is sealed in it.</summary>
/// <param name="Position">Place in the store's log.</param>
/// <param name="Version">Place in its stream.</param>
/// <param name="Metadata">Which message caused it, who, and the trace.</param>
public sealed record StoredEventResponse(
    string Store, long Position, string Stream, long Version, Guid Id, string Type, DateTimeOffset RecordedAt, JsonElement Data, JsonElement? Metadata);

/// <summary>A stream as it is, or as it was.</summary>
/// <param name="Version">As of which version this is.</param>
/// <param name="Latest">The version that it has now.</param>
/// <param name="StateType">Name of the state's type, where the service knows what is in the stream.</param>
/// <param name="State">The state at <paramref name="Version"/>.</param>
/// <param name="Next">Give it as <c>after</c> for the next page of events; null on the last one.</param>
public sealed record StreamResponse(
    string Store, string Stream, long Version, long Latest, string? StateType, JsonElement? State, IReadOnlyList<StoredEventResponse> Events, long? Next);

/// <param name="Head">Position of the log's last event.</param>
/// <param name="Next">Give it as <c>from</c> to go on; it may be the position after the head, where the next event will be.</param>
public sealed record LogPage(string Store, long Head, IReadOnlyList<StoredEventResponse> Items, long Next);

/// <summary>The streams and the log of the stores of this process, those in the archive too.</summary>
internal static class StreamEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    /// <summary>So many events are looked at for one answer when a type is searched for.</summary>
    private const int SearchedAtMost = 20_000;

    // States hold what events hold, so what is sealed there is sealed here.
    private static readonly JsonSerializerOptions StateJson = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var streams = routes.MapGroup("").WithTags("Events").RequireAuthorization(Policies.Operator).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        streams.MapGet("/streams", ListAsync).WithSummary("Streams by name; those that begin with prefix. For operators.");
        streams.MapGet("/streams/{stream}", GetAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One stream with its events and, where it is known, its state: as it is, as of a version, or as of a time. For operators.");
        streams.MapGet("/log", LogAsync).WithSummary("A store's log from a position on; of one type of event only, where a type is given. For operators.");
    }

    private static async Task<Ok<StreamListPage>> ListAsync(
        IEnumerable<EventStore> stores, string? prefix, string? after, int? limit, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit);
        var found = new List<StreamListEntry>();
        foreach (var store in stores)
        {
            found.AddRange((await store.Engine.ReadStreamNamesAsync(prefix ?? "", after ?? "", size + 1, cancellationToken))
                .Select(stream => new StreamListEntry(store.Name, stream.Name, stream.Version, stream.ArchivedVersion)));
        }

        if (stores.Skip(1).Any())
            found.Sort((left, right) => string.CompareOrdinal(left.Stream, right.Stream));
        return TypedResults.Ok(new StreamListPage([.. found.Take(size)], found.Count > size ? found[size - 1].Stream : null));
    }

    private static async Task<Results<Ok<StreamResponse>, ProblemHttpResult>> GetAsync(
        IEnumerable<EventStore> stores, string stream, string? store, long? version, string? time, long? after, int? limit, CancellationToken cancellationToken)
    {
        var instant = PastTime.Optional(time, "time");
        if (version is < 0)
            throw new DomainException("invalid-request", "Give a version from 0 on, which is before the first event.") { Field = "version" };
        foreach (var candidate in stores.Where(candidate => store is null || candidate.Name == store))
        {
            if (await LatestAsync(candidate, stream, cancellationToken) is not { } latest)
                continue;
            var to = Math.Min(version ?? latest, latest);
            if (instant is { } past)
                to = Math.Min(to, await VersionAtAsync(candidate, stream, past, cancellationToken));
            return TypedResults.Ok(await DescribeAsync(candidate, stream, to, latest, Math.Max(after ?? 0, 0), Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit), cancellationToken));
        }

        return OperatingProblems.NotFound("stream-not-found", $"No stream is called {stream}. GET /streams?prefix= lists them.");
    }

    private static async Task<StreamResponse> DescribeAsync(
        EventStore store, string stream, long to, long latest, long after, int limit, CancellationToken cancellationToken)
    {
        var events = new List<StoredEventResponse>();
        var last = after >= to ? to : Math.Min(after + limit, to);
        await foreach (var recorded in store.ReadStreamAsync(stream, after, last, cancellationToken: cancellationToken))
            events.Add(Describe(store, recorded));
        var state = to > 0 ? await store.FindStateAsync(stream, to, cancellationToken) : null;
        return new(
            store.Name, stream, to, latest, state?.GetType().Name, state is null ? null : JsonSerializer.SerializeToElement(state, state.GetType(), StateJson),
            events, last < to ? last : null);
    }

    private static async Task<Ok<LogPage>> LogAsync(
        IEnumerable<EventStore> stores, string? store, long? from, int? limit, string? type, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit);
        var log = Choose(stores, store);
        var head = await log.Engine.ReadHeadAsync(cancellationToken);
        var next = Math.Max(from ?? 1, 1);
        var items = new List<StoredEventResponse>();
        for (var searched = 0; items.Count < size && searched < SearchedAtMost;)
        {
            var batch = await log.Engine.ReadLogAsync(next - 1, type is null ? size : MaxLimit, cancellationToken);
            searched += batch.Count;
            foreach (var recorded in batch)
            {
                if (items.Count == size)
                    break;
                next = recorded.Position + 1;
                if (type is null || recorded.Type.StartsWith(type, StringComparison.Ordinal))
                    items.Add(Describe(log, recorded));
            }

            if (batch.Count == 0)
                break;
        }

        return TypedResults.Ok(new LogPage(log.Name, head, items, next));
    }

    private static EventStore Choose(IEnumerable<EventStore> stores, string? name)
    {
        var all = stores.ToList();
        return (name is null && all.Count == 1 ? all[0] : all.Find(store => store.Name == name))
            ?? throw new DomainException("invalid-request", $"Say whose log: {string.Join(", ", all.Select(store => store.Name))}.") { Field = "store" };
    }

    /// <returns>Null when there is no such stream.</returns>
    private static async Task<long?> LatestAsync(EventStore store, string stream, CancellationToken cancellationToken) =>
        (await store.Engine.ReadStreamNamesAsync(stream, "", 1, cancellationToken)) is [{ Name: var name, Version: var version }] && name == stream ? version : null;

    private static async Task<long> VersionAtAsync(EventStore store, string stream, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var version = 0L;
        await foreach (var recorded in store.ReadStreamAsync(stream, until: instant, cancellationToken: cancellationToken))
            version = recorded.Version;
        return version;
    }

    private static StoredEventResponse Describe(EventStore store, RecordedEvent recorded) => new(
        store.Name, recorded.Position, recorded.Stream, recorded.Version, recorded.Id, recorded.Type, recorded.RecordedAt, JsonElement.Parse(recorded.Data),
        recorded.Metadata is { } metadata ? JsonElement.Parse(metadata) : null);
}
