using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <param name="Reason">Why, for those who read the history.</param>
public sealed record CancelOrderRequest(string? Reason);

public static class CancelOrderEndpoint
{
    private const int MaxReasonLength = 200;
    private const string NoReason = "requested by the customer";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/orders/{id}/cancel", CancelAsync)
        .RequireAuthorization(Policies.Customer).WithName("CancelOrder").WithTags("Orders").WithSummary("Asks for the cancellation; what was charged and taken goes back.")
        .Accepts<CancelOrderRequest>(isOptional: true, "application/json")
        .Produces<OrderResponse>(StatusCodes.Status202Accepted).Produces<OrderResponse>()
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> CancelAsync(
        string id, HttpContext http, EventStore<OrderingModule> store, IMessageOutbox outbox, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (reason, problem) = await ReadReasonAsync(http.Request, cancellationToken);
        if (problem is not null)
            return problem;
        if (!Guid.TryParse(id, out var orderId))
            return Problems.UnknownOrder(id);

        var now = clock.GetUtcNow().TruncateToMicroseconds();
        var ((order, version), _) = await store.ExecuteAsync(
            async unit =>
            {
                var handle = await unit.LoadAsync(Order.Aggregate, orderId, cancellationToken);
                var (state, reached, requested) = unit.Decide(() =>
                {
                    if (!http.User.MaySee(handle.State))
                        return (Order.Initial, 0L, false);
                    var events = OrderDecider.Decide(new OrderCommand.RequestCancellation(reason, now), handle.State);
                    handle.Append(events);
                    return (handle.State, handle.Version, events.Count > 0);
                });
                if (requested)
                    await outbox.PublishAsync(unit, new OrderCancellationRequested { OrderId = orderId, Reason = reason }, cancellationToken);
                return (state, reached);
            },
            cancellationToken: cancellationToken);

        if (order is not Order.Accepted accepted)
            return Problems.UnknownOrder(id);
        http.Response.Headers.Location = OrderAnswer.Location(orderId);
        return TypedResults.Json(
            OrderResponse.Of(accepted, version), OrderingHttpJson.Default.OrderResponse,
            statusCode: accepted is Order.Cancelled ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private static async Task<(string Reason, IResult? Problem)> ReadReasonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType() || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return (NoReason, null);
        try
        {
            var body = await JsonSerializer.DeserializeAsync(request.BodyReader, OrderingHttpJson.Default.CancelOrderRequest, cancellationToken);
            var reason = string.IsNullOrWhiteSpace(body?.Reason) ? NoReason : body.Reason.Trim();
            return reason.Length <= MaxReasonLength && !reason.Any(char.IsControl)
                ? (reason, null)
                : (reason, Problems.Invalid("reason", $"Give at most {MaxReasonLength} characters on one line, or leave it out."));
        }
        catch (JsonException)
        {
            return (NoReason, Problems.BadRequest("unreadable-json", "body", "The body cannot be read. Send {\"reason\":\"…\"}, or no body."));
        }
    }
}
