using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.EventSourcing;
using Shop.Messaging.Sagas;
using Shop.ServiceDefaults.Security;

namespace Shop.Orchestration;

/// <summary>Where an order stands, for the one who waits for it.</summary>
/// <param name="Step">placed, reserved, authorized, confirming, completing, confirmed, cancelling, compensating, closing, rejected or cancelled.</param>
/// <param name="Stock">What Inventory last said.</param>
/// <param name="Payment">What Payment last said.</param>
/// <param name="Attempts">How often this step was tried again.</param>
/// <param name="Reason">Why it is undone.</param>
/// <param name="At">When it came to stand there.</param>
/// <param name="Ended">True on the last one.</param>
/// <param name="Version">Grows with each; sent back as <c>Last-Event-ID</c>, what comes after it follows.</param>
public sealed record OrderProgress(
    Guid OrderId, string State, string Step, StockStanding Stock, PaymentStanding Payment, int Attempts, string? Reason, DateTimeOffset At, bool Ended, long Version)
{
    public static OrderProgress Of(OrderSaga saga, DateTimeOffset at, long version, bool ended) => new(
        saga.CorrelationId, saga.CurrentState.ToLowerInvariant(), StepOf(saga), saga.Stock, saga.Payment, saga.Attempts, saga.Reason, at, ended, version);

    private static string StepOf(OrderSaga saga) => saga switch
    {
        { CurrentState: nameof(OrderStateMachine.Trying), Payment: PaymentStanding.Authorized } => "authorized",
        { CurrentState: nameof(OrderStateMachine.Trying), Stock: StockStanding.Reserved } => "reserved",
        { CurrentState: nameof(OrderStateMachine.Trying) } => "placed",
        _ => saga.CurrentState.ToLowerInvariant(),
    };
}

/// <summary>
/// Pushes each step of an order as a server-sent event. It is woken by what this process commits or reads off the log of the others,
/// so that who watches costs the database one read per step.
/// </summary>
internal static class OrderSagaProgress
{
    private const string Moved = "progress";
    private const string Ended = "end";
    private const string Alive = "alive";

    /// <summary>The order may be placed while its saga has not begun yet.</summary>
    private const int DefaultWaitSeconds = 10;
    private const int MaxWaitSeconds = 60;

    /// <summary>Nobody between the two ends takes a silent connection for a dead one, and the dead ones are found.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sagas/{orderId:guid}/progress", FollowAsync)
        .RequireAuthorization(Policies.Customer).WithTags("Sagas").WithName("FollowSaga").WithSummary("Server-sent events: each step of an order as it happens, from the first one; ends with the order. For the order's customer and operators.")
        .Produces<OrderProgress>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<ServerSentEventsResult<OrderProgress>, ProblemHttpResult>> FollowAsync(
        EventStore<OrchestrationModule> store, IHostApplicationLifetime lifetime, ClaimsPrincipal user, Guid orderId, int? wait, [FromHeader(Name = "Last-Event-ID")] long? last, CancellationToken cancellationToken)
    {
        if (wait is < 0 or > MaxWaitSeconds)
            throw OrderSagaFilter.Invalid("wait", $"Give the seconds to wait for an order that is not known yet, from 0 to {MaxWaitSeconds}, or leave it out for {DefaultWaitSeconds}.");
        var reader = new ProgressReader(store, orderId);
        return await reader.WaitAsync(TimeSpan.FromSeconds(wait ?? DefaultWaitSeconds), lifetime.ApplicationStopping, cancellationToken) && await MaySeeAsync(store, user, orderId, cancellationToken)
            ? TypedResults.ServerSentEvents(StepsAsync(reader, last ?? 0, lifetime.ApplicationStopping, cancellationToken))
            : OrderSagaEndpoints.NotFound(orderId);
    }

    private static async Task<bool> MaySeeAsync(EventStore<OrchestrationModule> store, ClaimsPrincipal user, Guid orderId, CancellationToken cancellationToken)
    {
        var (snapshot, _) = await store.ReadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
        return user.MaySee(OrderSagas.Streams.ToInstance(snapshot)?.CustomerId);
    }

    private static async IAsyncEnumerable<SseItem<OrderProgress>> StepsAsync(
        ProgressReader reader, long last, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!stopping.IsCancellationRequested)
        {
            var steps = await reader.NextAsync(cancellationToken);
            foreach (var step in steps.Where(step => step.Version > last || step.Ended))
                yield return new(step, step.Ended ? Ended : Moved) { EventId = $"{step.Version}" };
            if (steps is [.., { Ended: true }])
                yield break;
            if (!await reader.WaitAsync(Heartbeat, stopping, cancellationToken) && reader.Last is { } standing)
                yield return new(standing, Alive);
        }
    }

    private sealed class ProgressReader(EventStore<OrchestrationModule> store, Guid orderId)
    {
        private SagaSnapshot snapshot = OrderSagas.Streams.Aggregate.Initial;
        private long version;

        public OrderProgress? Last { get; private set; }

        public async Task<List<OrderProgress>> NextAsync(CancellationToken cancellationToken)
        {
            var aggregate = OrderSagas.Streams.Aggregate;
            var steps = new List<OrderProgress>();
            OrderSaga? saga = null;
            await foreach (var recorded in store.ReadStreamAsync(aggregate.Stream(orderId), version, cancellationToken: cancellationToken))
            {
                snapshot = aggregate.Evolve(snapshot, EventStore.Decode<SagaTransitioned>(aggregate.Events, recorded));
                version = recorded.Version;
                saga = OrderSagas.Streams.ToInstance(snapshot)!;
                steps.Add(OrderProgress.Of(saga, recorded.RecordedAt, version, ended: false));
            }

            // A confirmed order that is cancelled later has ended twice: only where it stands now is the end.
            if (saga?.EndedAt is not null)
                steps[^1] = steps[^1] with { Ended = true };
            Last = steps is [.., var newest] ? newest : Last;
            return steps;
        }

        /// <returns>False when nothing happened for that long.</returns>
        public async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken stopping, CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
            try
            {
                return await store.WaitForVersionAsync(OrderSagas.Streams.Aggregate, orderId, version, timeout, either.Token) > version;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return true;
            }
        }
    }
}
