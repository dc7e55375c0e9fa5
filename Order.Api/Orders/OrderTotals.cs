using Shop.EventSourcing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>How many orders there are of a status and currency, and what they come to.</summary>
/// <param name="TotalMinor">Minor units of <paramref name="Currency"/>.</param>
public sealed record OrderTotal(string Status, string Currency, int Orders, long TotalMinor);

public sealed record OrderTotalsResponse(IReadOnlyList<OrderTotal> Items);

public static class OrderTotalsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders/totals", GetAsync)
        .RequireAuthorization(Policies.Operator).WithName("GetOrderTotals").WithTags("Orders").WithSummary("Orders and their sums by status and currency; with at=INSTANT as they were then.")
        .Produces<OrderTotalsResponse>().ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .ReadsProjection(OrderListProjection.Checkpoint);

    private static async Task<IResult> GetAsync(EventStore<OrderingModule> store, string? at, CancellationToken cancellationToken)
    {
        var totals = await store.QueryAsync<OrderRow, OrderTotal>(OrderListProjection.Instance, PastTime.Optional(at, "at"), Totals, cancellationToken);
        return TypedResults.Json(
            new OrderTotalsResponse([.. totals.OrderBy(total => total.Status, StringComparer.Ordinal).ThenBy(total => total.Currency, StringComparer.Ordinal)]),
            OrderingHttpJson.Default.OrderTotalsResponse);
    }

    public static IQueryable<OrderTotal> Totals(IQueryable<OrderRow> orders) => orders
        .GroupBy(row => new { row.Status, row.Currency })
        .Select(group => new OrderTotal(group.Key.Status, group.Key.Currency, group.Count(), group.Sum(row => row.TotalMinor)));
}
