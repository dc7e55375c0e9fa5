using Shop.EventSourcing;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>One order as a file, to be looked at elsewhere.</summary>
public static class OrderBundleEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders/{id}/bundle", GetAsync)
        .RequireAuthorization(Policies.Operator).WithName("GetOrderBundle").WithTags("Orders")
        .WithSummary("Everything stored of one order in all services, as one document that Shop.Host load reads: events as stored, personal data sealed, and the messages under way. For operators.")
        .Produces<OrderBundle>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> GetAsync(
        string id, HttpContext http, EventStore<OrderingModule> store, OrderParts parts, OrderStreams streams, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var orderId) || (await store.ReadAsync(Order.Aggregate, orderId, cancellationToken)).State is not Order.Accepted order)
            return Problems.UnknownOrder(id);
        try
        {
            var now = clock.GetUtcNow();
            var known = await streams.ReadAsync(orderId, order.Terms.RequestId, cancellationToken);
            var standing = OrderAtResponse.Of(orderId, now, await parts.ReadAsync(orderId, now, cancellationToken));
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"order-{orderId:D}.json\"";
            return TypedResults.Ok(new OrderBundle(OrderBundle.CurrentFormat, orderId, now, known, standing.Messages, standing.Scheduled));
        }
        catch (PartUnavailableException unavailable)
        {
            http.Response.Headers.RetryAfter = "1";
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "service-unavailable", unavailable.Service,
                $"{unavailable.Service} does not tell what it has of the order: {unavailable.Message}");
        }
    }
}
