using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Sagas;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Orchestration;

/// <summary>One saga with everything that it did.</summary>
/// <param name="CancelRequested">Somebody wants the order cancelled.</param>
/// <param name="Stock">What Inventory last said.</param>
/// <param name="Payment">What Payment last said.</param>
/// <param name="Resolved">Who said that nobody needs to look, and why; until it fails again or gets on.</param>
/// <param name="Awaiting">The commands that were sent and are not answered yet.</param>
/// <param name="Remaining">The commands still to come on this way, the awaited ones first.</param>
/// <param name="Timeline">Every transition, oldest first.</param>
public sealed record OrderSagaResponse(
    Guid OrderId, string State, bool NeedsAttention, int Attempts, string? Reason, bool CancelRequested, AttentionResolved? Resolved, StockStanding Stock, PaymentStanding Payment,
    string? CustomerId, long TotalMinor, string? Currency, DateTimeOffset PlacedAt, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt, long Version,
    IReadOnlyList<string> Awaiting, IReadOnlyList<string> Remaining, IReadOnlyList<OrderSagaTransition> Timeline)
{
    public static OrderSagaResponse Of(OrderSaga saga, long version, IReadOnlyList<OrderSagaTransition> timeline)
    {
        var row = OrderSagaRow.Project(saga, version);
        return new(
            row.OrderId, row.State, row.NeedsAttention, row.Attempts, row.Reason, saga.CancelRequested, saga.Resolved, saga.Stock, saga.Payment,
            row.CustomerId, row.TotalMinor, row.Currency, row.PlacedAt, row.UpdatedAt, row.EndedAt, row.Version,
            [.. OrderSagaPolicy.Awaiting(saga).Select(step => step.ToString())], [.. OrderSagaPolicy.Remaining(saga).Select(step => step.ToString())], timeline);
    }
}

/// <summary>One message that changed the saga.</summary>
/// <param name="Version">Place on the saga's stream, from 1.</param>
/// <param name="From">State before; null for the first.</param>
/// <param name="On">Type of the message.</param>
/// <param name="Changes">The saga's properties that changed, with their new values.</param>
public sealed record OrderSagaTransition(long Version, DateTimeOffset At, string? From, string? To, string On, IReadOnlyDictionary<string, JsonElement> Changes)
{
    public static OrderSagaTransition Of(RecordedEvent recorded, SagaTransitioned transition) => new(
        recorded.Version, recorded.RecordedAt, transition.From?.ToLowerInvariant(), transition.To?.ToLowerInvariant(), transition.On, transition.Changes);
}

internal static class OrderSagaEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var sagas = routes.MapGroup("/sagas").WithTags("Sagas").RequireAuthorization(Policies.Operator);
        OrderSagaList.Map(sagas);
        sagas.MapGet("/{orderId:guid}", GetAsync).WithName("GetSaga").WithSummary("One order's saga: what it waits for, what remains, and its timeline.");
        sagas.MapGet("/{orderId:guid}/at", AtAsync).WithName("GetSagaAt").WithSummary("One order's saga as it was at an instant, with the messages that it had sent.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        OrderSagaProgress.Map(routes);
        OrderSagaActions.Map(sagas);
    }

    private static async Task<Results<Ok<OrderSagaResponse>, ProblemHttpResult>> GetAsync(
        EventStore<OrchestrationModule> store, Guid orderId, CancellationToken cancellationToken)
    {
        var (snapshot, version) = await store.ReadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
        if (OrderSagas.Streams.ToInstance(snapshot) is not { } saga)
            return NotFound(orderId);

        var timeline = new List<OrderSagaTransition>((int)version);
        await foreach (var recorded in store.ReadStreamAsync(OrderSagas.Streams.Aggregate.Stream(orderId), toVersion: version, cancellationToken: cancellationToken))
            timeline.Add(OrderSagaTransition.Of(recorded, EventStore.Decode<SagaTransitioned>(OrderSagas.Streams.Aggregate.Events, recorded)));

        return TypedResults.Ok(OrderSagaResponse.Of(saga, version, timeline));
    }

    private static async Task<Ok<OrderPart>> AtAsync(OrderSagaPart part, Guid orderId, string? time, CancellationToken cancellationToken) =>
        TypedResults.Ok(await part.ReadAsync(orderId, PastTime.Required(time, "time"), cancellationToken));

    internal static ProblemHttpResult NotFound(Guid orderId) => TypedResults.Problem(
        $"No saga was started for order {orderId:D}. Take the id from GET /sagas or GET /orders.", statusCode: StatusCodes.Status404NotFound,
        title: "saga-not-found", type: "urn:shop:saga-not-found", extensions: new Dictionary<string, object?> { ["code"] = "saga-not-found", ["field"] = "orderId" });
}
