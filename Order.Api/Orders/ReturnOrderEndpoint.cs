using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <param name="Lines">What goes back.</param>
/// <param name="Reason">Why, in up to 200 characters; may be left out.</param>
public sealed record ReturnOrderRequest(IReadOnlyList<ReturnedUnitsRequest?>? Lines, string? Reason);

public sealed record ReturnedUnitsRequest(string? Sku, long? Quantity);

/// <summary>A return as it was accepted: the same for each repetition. How it stands is in <c>returns</c> of the order.</summary>
/// <param name="RefundMinor">What will be refunded, in minor units of <paramref name="Currency"/>: the price of these units as it was paid.</param>
public sealed record ReturnAcceptedResponse(
    Guid OrderId, Guid ReturnId, IReadOnlyList<ReturnedLineResponse> Lines, long RefundMinor, string Currency, string Reason, DateTimeOffset RequestedAt);

/// <summary>Returns single lines of a confirmed order, once per <c>Idempotency-Key</c>.</summary>
public static class ReturnOrderEndpoint
{
    private const int MaxReasonLength = 200;
    private const string NoReason = "returned by the customer";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/orders/{id}/returns", ReturnAsync)
        .RequireAuthorization(Policies.Customer).WithName("ReturnOrder").WithTags("Orders").WithSummary("Returns some units of a confirmed order: they are restocked, and the price paid for them is refunded. For the order's customer and operators.")
        .WithMetadata(new RequestSizeLimitAttribute(100_000))
        .Accepts<ReturnOrderRequest>("application/json")
        .Produces<ReturnAcceptedResponse>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ReturnAsync(
        string id, HttpContext http, EventStore<OrderingModule> store, IMessageOutbox outbox, TimeProvider clock,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var orderId) || !http.User.MaySee((await store.ReadAsync(Order.Aggregate, orderId, cancellationToken)).State))
            return Problems.UnknownOrder(id);
        if (PlaceOrderEndpoint.IdempotencyKeyProblem(idempotencyKey, "return") is { } missing)
            return missing;
        var (request, problem) = await ReadAsync(http.Request, cancellationToken);
        if (request is null)
            return problem!;

        var command = CommandOf(request, RequestIdentity.ReturnId(orderId, idempotencyKey!), clock.GetUtcNow().TruncateToMicroseconds());
        var (order, _) = await store.ExecuteAsync(
            async unit =>
            {
                var handle = await unit.LoadAsync(Order.Aggregate, orderId, cancellationToken);
                var (state, requested) = unit.Decide(() =>
                {
                    var events = OrderReturnDecider.Decide(command, handle.State);
                    handle.Append(events);
                    return ((Order.Accepted)handle.State, events.OfType<OrderEvent.ReturnRequested>().SingleOrDefault());
                });
                if (requested is not null)
                    await outbox.PublishAsync(unit, OrderReturnDecider.Announce(orderId, requested), cancellationToken);
                return state;
            },
            cancellationToken: cancellationToken);

        http.Response.Headers.Location = OrderAnswer.Location(orderId);
        return TypedResults.Json(Accepted(order, command.ReturnId), OrderingHttpJson.Default.ReturnAcceptedResponse, statusCode: StatusCodes.Status202Accepted);
    }

    private static ReturnAcceptedResponse Accepted(Order.Accepted order, Guid returnId)
    {
        var accepted = order.Returns.Single(known => known.ReturnId == returnId);
        return new(
            order.Terms.OrderId, returnId, ReturnedLineResponse.Of(accepted.Lines), accepted.RefundMinor, order.Terms.Currency, accepted.Reason, accepted.RequestedAt);
    }

    /// <exception cref="DomainException">It cannot be meant, whatever the order has.</exception>
    private static OrderCommand.RequestReturn CommandOf(ReturnOrderRequest request, Guid returnId, DateTimeOffset at)
    {
        OrderRules.CheckLines(request.Lines?.Count ?? 0);
        for (var i = 0; i < request.Lines!.Count; i++)
            OrderRules.CheckLine(i, request.Lines[i]?.Sku, request.Lines[i]?.Quantity, null);
        var reason = string.IsNullOrWhiteSpace(request.Reason) ? NoReason : request.Reason.Trim();
        if (reason.Length > MaxReasonLength || reason.Any(char.IsControl))
            throw new DomainException("invalid-request", $"Give at most {MaxReasonLength} characters on one line, or leave it out.") { Field = "reason" };
        return new(returnId, [.. request.Lines.Select(line => new ReturnedUnits(line!.Sku!, (int)line.Quantity!.Value))], reason, at);
    }

    private static async Task<(ReturnOrderRequest? Request, IResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return (null, Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "not-json", "Content-Type", "Send the return as JSON with Content-Type: application/json."));
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.BodyReader, OrderingHttpJson.Default.ReturnOrderRequest, cancellationToken) is { } body
                ? (body, null)
                : (null, Unreadable("body"));
        }
        catch (JsonException error)
        {
            return (null, Unreadable(error.Path is { Length: > 2 } path ? path[2..] : "body"));
        }
    }

    private static ProblemHttpResult Unreadable(string field) => Problems.BadRequest(
        "unreadable-json", field, $"{field} cannot be read. Send JSON such as {{\"lines\":[{{\"sku\":\"…\",\"quantity\":1}}],\"reason\":\"…\"}}.");
}
