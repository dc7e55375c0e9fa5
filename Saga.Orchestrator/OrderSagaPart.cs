using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging.Sagas;

namespace Shop.Orchestration;

/// <summary>The saga's part of an order as of an instant.</summary>
internal sealed class OrderSagaPart(EventStore<OrchestrationModule> store, IOptions<JsonOptions> json) : IOrderPartReader
{
    public string Service => OrderPartServices.Saga;

    public async Task<OrderPart> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var aggregate = OrderSagas.Streams.Aggregate;
        var snapshot = aggregate.Initial;
        var timeline = new List<OrderSagaTransition>();
        await foreach (var recorded in store.ReadStreamAsync(aggregate.Stream(orderId), until: time, cancellationToken: cancellationToken))
        {
            var transition = EventStore.Decode<SagaTransitioned>(aggregate.Events, recorded);
            snapshot = aggregate.Evolve(snapshot, transition);
            timeline.Add(OrderSagaTransition.Of(recorded, transition));
        }

        if (OrderSagas.Streams.ToInstance(snapshot) is not { } saga)
            return new() { Service = Service, Version = 0 };
        var entered = timeline.Last(transition => transition.From != transition.To).At;
        return new()
        {
            Service = Service,
            State = JsonSerializer.SerializeToElement(OrderSagaResponse.Of(saga, timeline.Count, timeline), json.Value.SerializerOptions),
            Version = timeline.Count,
            RecordedAt = timeline[^1].At,
            Sent = [.. OrderSagaPolicy.Awaiting(saga).Select(step => new SentMessage { Message = step.ToString(), To = OrderSagaPolicy.ReceiverOf(step), Since = entered, ReturnId = ReturnOf(step, saga) })],
            Taken = OrderSagaPolicy.Heard(saga),
            Scheduled = OrderSagaPolicy.IsWaiting(saga.CurrentState) ? [new() { Message = nameof(StepTimedOut) }] : [],
        };
    }

    private static Guid? ReturnOf(OrderStep step, OrderSaga saga) =>
        step is OrderStep.ReturnStockLines or OrderStep.RefundPaymentPart or OrderStep.CompleteOrderReturn ? saga.ReturnUnderWay?.ReturnId : null;
}
