using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Orchestration;

/// <summary>Try, then Confirm; or Cancel what was tried, or compensate what was confirmed.</summary>
public sealed class OrderStateMachine : MassTransitStateMachine<OrderSaga>
{
    public OrderStateMachine()
    {
        InstanceState(saga => saga.CurrentState);
        CorrelateByOrderId();

        Initially(When(OrderPlaced)
            .Then(context => context.Saga.PlacedAt = context.Message.PlacedAt)
            .Try()
            .TransitionTo(Trying));

        During(Trying,
            When(StockReserved).Then(context => context.Saga.StockAnswered = true).OnceAnswered(next => next.Confirm().TransitionTo(Confirming)),
            When(PaymentAuthorized).Then(context => context.Saga.PaymentAnswered = true).OnceAnswered(next => next.Confirm().TransitionTo(Confirming)),
            When(StockRejected).Then(context => context.Saga.Reason = context.Message.Reason).Cancel().TransitionTo(Cancelling),
            When(PaymentDeclined).Then(context => context.Saga.Reason = context.Message.Reason).Cancel().TransitionTo(Cancelling));

        During(Confirming,
            When(StockConfirmed).Then(context => context.Saga.StockAnswered = true).OnceAnswered(next => next.Complete().TransitionTo(Completing)),
            When(PaymentCaptured).Then(context => context.Saga.PaymentAnswered = true).OnceAnswered(next => next.Complete().TransitionTo(Completing)),
            When(StockConfirmationRejected).Then(context => context.Saga.Reason = context.Message.Reason).Compensate().TransitionTo(Compensating),
            When(PaymentCaptureRejected).Then(context => context.Saga.Reason = context.Message.Reason).Compensate().TransitionTo(Compensating));

        During(Cancelling,
            When(StockCancelled).Then(context => context.Saga.StockAnswered = true).OnceAnswered(next => next.Reject().TransitionTo(Closing)),
            When(PaymentVoided).Then(context => context.Saga.PaymentAnswered = true).OnceAnswered(next => next.Reject().TransitionTo(Closing)));

        During(Compensating,
            When(StockReturned).Then(context => context.Saga.StockAnswered = true).OnceAnswered(next => next.Reject().TransitionTo(Closing)),
            When(PaymentRefunded).Then(context => context.Saga.PaymentAnswered = true).OnceAnswered(next => next.Reject().TransitionTo(Closing)));

        During(Completing, When(OrderConfirmed).TransitionTo(Confirmed));
        During(Closing, When(OrderRejected).TransitionTo(Rejected));
        IgnoreLateAnswers();
    }

    public State Trying { get; } = null!;

    public State Confirming { get; } = null!;

    public State Completing { get; } = null!;

    public State Confirmed { get; } = null!;

    public State Cancelling { get; } = null!;

    public State Compensating { get; } = null!;

    public State Closing { get; } = null!;

    public State Rejected { get; } = null!;

    public Event<OrderPlaced> OrderPlaced { get; } = null!;

    public Event<StockReserved> StockReserved { get; } = null!;

    public Event<StockRejected> StockRejected { get; } = null!;

    public Event<StockConfirmed> StockConfirmed { get; } = null!;

    public Event<StockConfirmationRejected> StockConfirmationRejected { get; } = null!;

    public Event<StockCancelled> StockCancelled { get; } = null!;

    public Event<StockReturned> StockReturned { get; } = null!;

    public Event<PaymentAuthorized> PaymentAuthorized { get; } = null!;

    public Event<PaymentDeclined> PaymentDeclined { get; } = null!;

    public Event<PaymentCaptured> PaymentCaptured { get; } = null!;

    public Event<PaymentCaptureRejected> PaymentCaptureRejected { get; } = null!;

    public Event<PaymentVoided> PaymentVoided { get; } = null!;

    public Event<PaymentRefunded> PaymentRefunded { get; } = null!;

    public Event<OrderConfirmed> OrderConfirmed { get; } = null!;

    public Event<OrderRejected> OrderRejected { get; } = null!;

    private void CorrelateByOrderId()
    {
        Event(() => OrderPlaced, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockReserved, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockRejected, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockConfirmed, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockConfirmationRejected, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockCancelled, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => StockReturned, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentAuthorized, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentDeclined, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentCaptured, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentCaptureRejected, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentVoided, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => PaymentRefunded, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => OrderConfirmed, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => OrderRejected, e => e.CorrelateById(context => context.Message.OrderId));
    }

    /// <summary>Of what was asked before the order was given up, and of what was answered twice.</summary>
    private void IgnoreLateAnswers()
    {
        During([Cancelling, Compensating, Closing, Rejected],
            Ignore(StockReserved), Ignore(StockRejected), Ignore(StockConfirmed), Ignore(StockConfirmationRejected),
            Ignore(PaymentAuthorized), Ignore(PaymentDeclined), Ignore(PaymentCaptured), Ignore(PaymentCaptureRejected));
        During([Closing, Rejected],
            Ignore(StockCancelled), Ignore(StockReturned), Ignore(PaymentVoided), Ignore(PaymentRefunded));
    }
}
