using System.Text.Json.Serialization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>Somebody asked to erase a customer. Recorded before anything is erased, at every request, also for a customer of whom no order holds anything.</summary>
// Stored format: never edit, add a version.
public sealed record CustomerErasureAsked(string CustomerId, DateTimeOffset AskedAt);

/// <summary>How many erasures were asked for.</summary>
public sealed record CustomerErasureHistory(long Count);

/// <summary>
/// Whom this store was asked to erase, in one stream, in the order of its commits. Whoever keeps something of customers elsewhere
/// follows it by number, and so misses nobody, however the erasure was asked for and whatever was down meanwhile.
/// </summary>
public static class CustomerErasures
{
    private const string Id = "all";

    public static EventTypes Types { get; } = new EventTypes().Add("customer-erasure-asked.v1", CustomerErasureJson.Default.CustomerErasureAsked);

    public static Aggregate<CustomerErasureHistory, CustomerErasureAsked> Aggregate { get; } =
        new("customer-erasures", new(0), (history, _) => new(history.Count + 1), Types);

    public static string Stream { get; } = Aggregate.Stream(Id);

    /// <summary>To be done before the erasure itself: then nobody is erased here and forgotten elsewhere.</summary>
    public static Task RecordAsync(EventStore store, string customerId, TimeProvider clock, CancellationToken cancellationToken)
    {
        var asked = new CustomerErasureAsked(customerId, clock.GetUtcNow().TruncateToMicroseconds());
        return store.ExecuteAsync(
            async unit =>
            {
                var history = await unit.LoadAsync(Aggregate, Id, cancellationToken);
                return unit.Decide(() =>
                {
                    history.Append([asked]);
                    return history.Version;
                });
            },
            cancellationToken: cancellationToken);
    }
}

/// <param name="Number">Counts 1, 2, 3, … in the order in which they were recorded.</param>
public sealed record CustomerErasureItem(long Number, string CustomerId, DateTimeOffset AskedAt);

/// <param name="Next">Give it as <c>after</c> to go on. After the last item it is that item's number: ask again later.</param>
public sealed record CustomerErasurePage(IReadOnlyList<CustomerErasureItem> Items, long Next);

/// <summary>What others follow, to erase what they keep.</summary>
public static class CustomerErasuresEndpoint
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/customers/erasures", ListAsync)
        .RequireAuthorization(Policies.Operator).WithName("ListCustomerErasures").WithTags("Personal data")
        .WithSummary("Whom the shop was asked to erase, oldest first, after a number: for those who keep something of customers elsewhere.")
        .Produces<CustomerErasurePage>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ListAsync(EventStore<OrderingModule> store, long? after, int? limit, CancellationToken cancellationToken)
    {
        var from = after ?? 0;
        if (from < 0)
            return Problems.Invalid("after", "Give the value of next from the page before, or leave it out to begin with the first.");
        var size = limit ?? DefaultLimit;
        if (size is < 1 or > MaxLimit)
            return Problems.Invalid("limit", $"Give a number from 1 to {MaxLimit}, or leave it out for {DefaultLimit}.");
        var recorded = await store.Engine.ReadStreamAsync(CustomerErasures.Stream, from, null, null, size, cancellationToken);
        var items = recorded.Select(entry => (entry.Version, Asked: EventStore.Decode<CustomerErasureAsked>(CustomerErasures.Types, entry)))
            .Select(entry => new CustomerErasureItem(entry.Version, entry.Asked.CustomerId, entry.Asked.AskedAt)).ToArray();
        return TypedResults.Json(new CustomerErasurePage(items, items is [.., var last] ? last.Number : from), OrderingHttpJson.Default.CustomerErasurePage);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CustomerErasureAsked))]
internal sealed partial class CustomerErasureJson : JsonSerializerContext;
