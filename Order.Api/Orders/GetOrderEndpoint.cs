using Microsoft.AspNetCore.Mvc;
using Shop.EventSourcing;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

public static class GetOrderEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders/{id}", GetAsync)
        .RequireAuthorization(Policies.Customer).WithName("GetOrder").WithTags("Orders").WithSummary("One order, for operators anybody's; with wait=SECONDS or Prefer: wait answers when it has ended.")
        .Produces<OrderResponse>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> GetAsync(
        string id, string? wait, [FromHeader(Name = "Prefer")] string? prefer, HttpContext http, EventStore<OrderingModule> store,
        OrderWaits waits, OrderPersonalData personalData, CancellationToken cancellationToken)
    {
        if (wait is not null && PreferWait.Parse(wait) is null)
            return Problems.Invalid("wait", $"Give whole seconds from 0 to {PreferWait.MaxSeconds}, or leave it out.");
        if (!Guid.TryParse(id, out var orderId))
            return Problems.UnknownOrder(id);

        var preferred = PreferWait.Seconds(prefer);
        var seconds = wait is null ? preferred : PreferWait.Parse(wait)!.Value;
        var (state, version) = await store.ReadAsync(Order.Aggregate, orderId, cancellationToken);
        if (!http.User.MaySee(state))
            return Problems.UnknownOrder(id);
        if (state is Order.Placed && seconds > 0)
        {
            await waits.WaitForAsync(Order.Aggregate, orderId, seen => seen is Order.Ended, TimeSpan.FromSeconds(seconds), cancellationToken);
            (state, version) = await store.ReadAsync(Order.Aggregate, orderId, cancellationToken);
        }

        if (wait is null && preferred > 0)
            http.Response.Headers["Preference-Applied"] = $"wait={preferred}";
        return state is Order.Accepted order
            ? TypedResults.Json(await personalData.ShowAsync(OrderResponse.Of(order, version), order, cancellationToken), OrderingHttpJson.Default.OrderResponse)
            : Problems.UnknownOrder(id);
    }
}
