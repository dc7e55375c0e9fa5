using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults;

namespace Shop.Orchestration;

/// <param name="Reason">Why, in 1 to 200 characters.</param>
public sealed record SagaAction(string? Reason);

/// <summary>Which sagas to send the unanswered commands of again.</summary>
/// <param name="Filter">As for the list; those that have ended are left out.</param>
/// <param name="Preview">True: only says which ones would be meant.</param>
/// <param name="Reason">Why, in 1 to 200 characters; a preview needs none.</param>
// What is misspelt would mean more sagas than were meant.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RetrySagas(OrderSagaFilter? Filter, bool Preview, string? Reason);

/// <param name="Matching">How many sagas under way the filter means.</param>
/// <param name="First">Ids of the first ones, the oldest first.</param>
/// <param name="Retried">How many were told to send again; 0 in a preview. At most 10,000 at once: what is left takes another request.</param>
public sealed record RetriedSagas(long Matching, IReadOnlyList<Guid> First, long Retried);

/// <summary>What operators do with sagas. Each action leaves as a message to the one who decides, and may be repeated.</summary>
internal static class OrderSagaActions
{
    private const int Shown = 20;
    private const int Batch = 500;
    private const int MaxRetries = 10_000;

    private static readonly string[] UnderWay = [.. OrderSagaRow.States.Except(["confirmed", "rejected", "cancelled"])];

    public static void Map(IEndpointRouteBuilder sagas)
    {
        sagas.MapPost("/retry", RetryManyAsync).WithName("RetrySagas")
            .WithSummary("Sends the unanswered commands of all sagas that a filter means again now; with preview only says which. For operators.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        sagas.MapPost("/{orderId:guid}/retry", RetryAsync).WithName("RetrySaga").WithSummary("Sends the unanswered commands of a saga again now. For operators.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        sagas.MapPost("/{orderId:guid}/cancel", CancelAsync).WithName("CancelSaga")
            .WithSummary("Asks the order to be cancelled: what was done is undone, unless the order ended otherwise first. For operators.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        sagas.MapPost("/{orderId:guid}/resolve", ResolveAsync).WithName("ResolveSaga")
            .WithSummary("Marks a saga that needs attention as taken care of, until its next failure; nothing else changes. For operators.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static Task<Results<Accepted, ProblemHttpResult>> RetryAsync(
        SagaOperations operations, HttpContext http, Guid orderId, SagaAction? action, CancellationToken cancellationToken) =>
        operations.ActAsync(
            orderId, http.Acts("saga-retried", $"order {orderId:D}", action?.Reason ?? OperatorActions.NoReason),
            saga => OrderSagaPolicy.IsWaiting(saga.CurrentState) ? null : Ended(saga, "nothing is awaited, there is nothing to retry"),
            (Queues.OrderSaga, new RetryOrderSaga { OrderId = orderId }), cancellationToken);

    private static Task<Results<Accepted, ProblemHttpResult>> CancelAsync(
        SagaOperations operations, HttpContext http, Guid orderId, SagaAction action, CancellationToken cancellationToken)
    {
        var acts = http.Acts("saga-cancelled", $"order {orderId:D}", action.Reason);
        return operations.ActAsync(
            orderId, acts,
            saga => saga.CurrentState is nameof(OrderStateMachine.Rejected) or nameof(OrderStateMachine.Cancelled) ? Ended(saga, "nothing is held or charged, there is nothing to cancel") : null,
            (Queues.Order, new RequestOrderCancellation { OrderId = orderId, Reason = acts.Reason }), cancellationToken);
    }

    private static Task<Results<Accepted, ProblemHttpResult>> ResolveAsync(
        SagaOperations operations, HttpContext http, Guid orderId, SagaAction action, CancellationToken cancellationToken)
    {
        var acts = http.Acts("saga-resolved", $"order {orderId:D}", action.Reason);
        return operations.ActAsync(
            orderId, acts,
            saga => saga.NeedsAttention ? null : new("saga-needs-no-attention", "This saga needs no attention: there is nothing to resolve.", conflict: true),
            (Queues.OrderSaga, new ResolveOrderSaga { OrderId = orderId, By = acts.Who, Reason = acts.Reason }), cancellationToken);
    }

    private static async Task<Ok<RetriedSagas>> RetryManyAsync(
        SagaOperations operations, EventStore<OrchestrationModule> store, TimeProvider clock, HttpContext http, RetrySagas request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var acts = request.Preview ? null : http.Acts("sagas-retried", "", request.Reason);
        await using var models = store.Engine.OpenReadModels();
        var meant = (request.Filter ?? new()).Apply(models.Query<OrderSagaRow>(), now).Where(row => UnderWay.Contains(row.State));
        var matching = await meant.LongCountAsync(cancellationToken);
        var ids = await OrderSagaList.Page(meant, new(SagaOrder.Placed, Descending: false), null)
            .Select(row => row.OrderId).Take(request.Preview ? Shown : MaxRetries).ToListAsync(cancellationToken);
        if (acts is not null)
        {
            foreach (var batch in ids.Chunk(Batch))
                await operations.RetryAsync(batch, acts with { Target = $"{batch.Length} sagas, order {batch[0]:D} to {batch[^1]:D}" }, cancellationToken);
        }

        return TypedResults.Ok(new RetriedSagas(matching, [.. ids.Take(Shown)], acts is null ? 0 : ids.Count));
    }

    private static DomainException Ended(OrderSaga saga, string consequence) =>
        new("saga-ended", $"The order is {saga.CurrentState.ToLowerInvariant()}: {consequence}.", conflict: true);
}

/// <summary>Sends what operators want, and records that they did, in one unit of work.</summary>
internal sealed class SagaOperations(EventStore<OrchestrationModule> store, IMessageOutbox outbox)
{
    /// <param name="refuse">Why it cannot be done to the saga as it is; null when it can.</param>
    public async Task<Results<Accepted, ProblemHttpResult>> ActAsync<T>(
        Guid orderId, OperatorActed acts, Func<OrderSaga, DomainException?> refuse, (string Queue, T Body) message, CancellationToken cancellationToken) where T : class
    {
        var (isKnown, _) = await store.ExecuteAsync(
            async unit =>
            {
                var stream = await unit.LoadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
                if (OrderSagas.Streams.ToInstance(unit.Decide(() => stream.State)) is not { } saga)
                    return false;
                if (refuse(saga) is { } refusal)
                    throw refusal;
                unit.RecordOperatorAction(acts);
                await outbox.SendAsync(unit, message.Queue, message.Body, cancellationToken);
                return true;
            },
            cancellationToken: cancellationToken);
        return isKnown ? TypedResults.Accepted($"/sagas/{orderId:D}") : OrderSagaEndpoints.NotFound(orderId);
    }

    /// <summary>One that has ended meanwhile ignores it.</summary>
    public Task RetryAsync(IReadOnlyList<Guid> orderIds, OperatorActed acts, CancellationToken cancellationToken) => store.ExecuteAsync(
        async unit =>
        {
            unit.RecordOperatorAction(acts);
            foreach (var orderId in orderIds)
                await outbox.SendAsync(unit, Queues.OrderSaga, new RetryOrderSaga { OrderId = orderId }, cancellationToken);
            return true;
        },
        cancellationToken: cancellationToken);
}
