using System.Linq.Expressions;
using MassTransit;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.EventSourcing.Storage;

namespace Shop.Orchestration;

/// <summary>
/// Drives an order through Try, Confirm and Cancel. Every pair of state and event is decided here, and
/// <c>docs/saga.md</c> is generated from it. Conditions are in <see cref="OrderSagaPolicy"/>.
/// </summary>
public sealed partial class OrderStateMachine : MassTransitStateMachine<OrderSaga>
{
    private const string TimedOutReason = "Stock or payment did not answer in time.";
    private const string ReservationLostReason = "The reservation of the stock was given up.";
    private const string AuthorizationLostReason = "The authorization of the payment was given up.";

    private readonly OrderSagaOptions options;
    private readonly TimeProvider clock;

    public OrderStateMachine(IOptions<OrderSagaOptions> options, TimeProvider clock)
    {
        this.options = options.Value;
        this.clock = clock;
        InstanceState(saga => saga.CurrentState);
        CorrelateByOrderId();
        StartOrder();
        WhileTrying();
        WhileConfirming();
        WhileCompleting();
        OnceConfirmed();
        WhileCancelling();
        WhileCompensating();
        WhileClosing();
        OnceUndone();
        WhileReturning();
        WhileRecording();
    }

    private void CorrelateByOrderId()
    {
        Correlate(() => OrderPlaced, message => message.OrderId);
        Correlate(() => OrderCancellationRequested, message => message.OrderId);
        Correlate(() => StockReserved, message => message.OrderId);
        Correlate(() => StockRejected, message => message.OrderId);
        Correlate(() => StockConfirmed, message => message.OrderId);
        Correlate(() => StockConfirmationRejected, message => message.OrderId);
        Correlate(() => StockCancelled, message => message.OrderId);
        Correlate(() => StockReturned, message => message.OrderId);
        Correlate(() => PaymentAuthorized, message => message.OrderId);
        Correlate(() => PaymentDeclined, message => message.OrderId);
        Correlate(() => PaymentCaptured, message => message.OrderId);
        Correlate(() => PaymentCaptureRejected, message => message.OrderId);
        Correlate(() => PaymentVoided, message => message.OrderId);
        Correlate(() => PaymentRefunded, message => message.OrderId);
        Correlate(() => OrderConfirmed, message => message.OrderId);
        Correlate(() => OrderRejected, message => message.OrderId);
        Correlate(() => OrderCancelled, message => message.OrderId);
        Correlate(() => OrderReturnRequested, message => message.OrderId);
        Correlate(() => StockLinesReturned, message => message.OrderId);
        Correlate(() => PaymentPartRefunded, message => message.OrderId);
        Correlate(() => OrderReturnCompleted, message => message.OrderId);
        Correlate(() => RetryOrderSaga, message => message.OrderId);
        Correlate(() => ResolveOrderSaga, message => message.OrderId);
        Schedule(() => Deadline, saga => saga.DeadlineTokenId, schedule => schedule.Received = timedOut =>
            timedOut.CorrelateById(context => context.Message.OrderId).OnMissingInstance(missing => missing.Fault()));
    }

    /// <summary>A cancellation that overtakes its order finds nothing tried: the order is closed and never starts.</summary>
    private void StartOrder() => Initially(
        WithDeadline(On(OrderPlaced, (saga, order) => saga.Place(order)), _ => TimeSpan.FromSeconds(options.TryDeadlineSeconds)).Enter(Trying, options),
        WithDeadline(On(OrderCancellationRequested, (saga, request) =>
        {
            saga.PlacedAt = clock.GetUtcNow().TruncateToMicroseconds();
            saga.Undo(OrderEnding.Cancel, request.Reason);
        }), FirstPause).Enter(Closing, options));

    private void WhileTrying()
    {
        During(Trying,
            On(StockReserved, (saga, _) => saga.Stock = StockStanding.Reserved).Once(OrderSagaPolicy.IsTried, Confirming, options),
            On(PaymentAuthorized, (saga, _) => saga.Payment = PaymentStanding.Authorized).Once(OrderSagaPolicy.IsTried, Confirming, options),
            On(StockRejected, (saga, refusal) => saga.Fail(StockStanding.Rejected, refusal.Reason)).Enter(Cancelling, options),
            On(StockCancelled, (saga, _) => saga.Fail(StockStanding.Cancelled, ReservationLostReason)).Enter(Cancelling, options),
            On(PaymentDeclined, (saga, refusal) => saga.Fail(PaymentStanding.Declined, refusal.Reason)).Enter(Cancelling, options),
            On(PaymentVoided, (saga, _) => saga.Fail(PaymentStanding.Voided, AuthorizationLostReason)).Enter(Cancelling, options),
            On(OrderCancellationRequested, (saga, request) => saga.Undo(OrderEnding.Cancel, request.Reason)).Enter(Cancelling, options),
            WithDeadline(On(Deadline.Received, (saga, _) => saga.Undo(OrderEnding.Reject, TimedOutReason)), FirstPause).Enter(Cancelling, options),
            On(RetryOrderSaga).SendAwaited(options));
        Ignored(Trying, ResolveOrderSaga);
        // Nobody can confirm, return or refund what was not asked for yet; the answer to the next command will tell.
        Ignored(Trying, StockConfirmed, StockConfirmationRejected, StockReturned, PaymentCaptured, PaymentCaptureRejected, PaymentRefunded);
        Ignored(Trying, OrderPlaced, OrderConfirmed, OrderRejected, OrderCancelled);
    }

    private void WhileConfirming()
    {
        During(Confirming,
            On(StockConfirmed, (saga, _) => saga.Stock = StockStanding.Confirmed).Once(OrderSagaPolicy.IsDone, Completing, options),
            On(PaymentCaptured, (saga, _) => saga.Payment = PaymentStanding.Captured).Once(OrderSagaPolicy.IsDone, Completing, options),
            On(StockConfirmationRejected, (saga, refusal) => saga.Fail(StockStanding.ConfirmationRejected, refusal.Reason)).Enter(Compensating, options),
            On(StockCancelled, (saga, _) => saga.Fail(StockStanding.Cancelled, ReservationLostReason)).Enter(Compensating, options),
            On(StockReturned, (saga, _) => saga.Fail(StockStanding.Returned, ReservationLostReason)).Enter(Compensating, options),
            On(PaymentCaptureRejected, (saga, refusal) => saga.Fail(PaymentStanding.CaptureRejected, refusal.Reason)).Enter(Compensating, options),
            On(PaymentVoided, (saga, _) => saga.Fail(PaymentStanding.Voided, AuthorizationLostReason)).Enter(Compensating, options),
            On(PaymentRefunded, (saga, _) => saga.Fail(PaymentStanding.Refunded, AuthorizationLostReason)).Enter(Compensating, options),
            On(OrderCancellationRequested, (saga, request) => saga.RememberCancellation(request.Reason)),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        Ignored(Confirming, StockReserved, StockRejected, PaymentAuthorized, PaymentDeclined);
        Ignored(Confirming, OrderPlaced, OrderConfirmed, OrderRejected, OrderCancelled);
    }

    private void WhileCompleting()
    {
        During(Completing,
            On(OrderConfirmed, (saga, _) => saga.Ending = saga.CancelRequested ? OrderEnding.Cancel : OrderEnding.Confirm).IfElse(
                context => context.Saga.CancelRequested,
                cancelled => cancelled.Enter(Compensating, options),
                GoOnWithReturns),
            On(OrderRejected, (saga, order) => saga.Undo(OrderEnding.Reject, order.Reason)).Enter(Compensating, options),
            On(OrderCancelled, (saga, order) => saga.Undo(OrderEnding.Cancel, order.Reason)).Enter(Compensating, options),
            On(OrderCancellationRequested, (saga, request) => saga.RememberCancellation(request.Reason)),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        IgnoredFromParticipants(Completing);
        Ignored(Completing, OrderPlaced);
    }

    private void OnceConfirmed()
    {
        During(Confirmed,
            WithDeadline(On(OrderCancellationRequested, (saga, request) => saga.Undo(OrderEnding.Cancel, request.Reason)), FirstPause)
                .Enter(Compensating, options),
            BeginReturn());
        IgnoredFromParticipants(Confirmed);
        Ignored(Confirmed, OrderPlaced, OrderConfirmed, OrderRejected, OrderCancelled, RetryOrderSaga, ResolveOrderSaga, Deadline.Received);
    }

    /// <summary>Late answers to Try change nothing: only the answers to CancelStock and VoidPayment say that nothing is held for good.</summary>
    private void WhileCancelling()
    {
        During(Cancelling,
            On(StockCancelled, (saga, _) => saga.Stock = StockStanding.Cancelled).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(StockReturned, (saga, _) => saga.Stock = StockStanding.Returned).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(PaymentVoided, (saga, _) => saga.Payment = PaymentStanding.Voided).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(PaymentRefunded, (saga, _) => saga.Payment = PaymentStanding.Refunded).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(StockConfirmed, (saga, _) => saga.Stock = StockStanding.Confirmed).Enter(Compensating, options),
            On(PaymentCaptured, (saga, _) => saga.Payment = PaymentStanding.Captured).Enter(Compensating, options),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        Ignored(Cancelling, StockReserved, StockRejected, StockConfirmationRejected, PaymentAuthorized, PaymentDeclined, PaymentCaptureRejected);
        Ignored(Cancelling, OrderPlaced, OrderCancellationRequested, OrderConfirmed, OrderRejected, OrderCancelled);
    }

    private void WhileCompensating()
    {
        During(Compensating,
            On(StockReturned, (saga, _) => saga.Stock = StockStanding.Returned).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(StockCancelled, (saga, _) => saga.Stock = StockStanding.Cancelled).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(PaymentRefunded, (saga, _) => saga.Payment = PaymentStanding.Refunded).Once(OrderSagaPolicy.IsUndone, Closing, options),
            On(PaymentVoided, (saga, _) => saga.Payment = PaymentStanding.Voided).Once(OrderSagaPolicy.IsUndone, Closing, options),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        Ignored(Compensating, StockReserved, StockRejected, StockConfirmed, StockConfirmationRejected);
        Ignored(Compensating, PaymentAuthorized, PaymentDeclined, PaymentCaptured, PaymentCaptureRejected);
        Ignored(Compensating, OrderPlaced, OrderCancellationRequested, OrderConfirmed, OrderRejected, OrderCancelled);
    }

    private void WhileClosing()
    {
        During(Closing,
            On(OrderRejected).End(Rejected, Deadline),
            On(OrderCancelled).End(Cancelled, Deadline),
            On(OrderPlaced, (saga, order) => saga.Describe(order)),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        IgnoredFromParticipants(Closing);
        Ignored(Closing, OrderCancellationRequested, OrderConfirmed);
    }

    private void OnceUndone()
    {
        During(Cancelled, On(OrderPlaced, (saga, order) => saga.Describe(order)));
        Ignored(Rejected, OrderPlaced);
        foreach (var state in (State[])[Rejected, Cancelled])
        {
            IgnoredFromParticipants(state);
            Ignored(state, OrderCancellationRequested, OrderConfirmed, OrderRejected, OrderCancelled, RetryOrderSaga, ResolveOrderSaga, Deadline.Received);
        }
    }

    /// <summary>A deadline that passes after Try: nobody may stop half way, so the unanswered commands are sent again, for ever.</summary>
    private EventActivityBinder<OrderSaga, StepTimedOut> SendAgain() => WithDeadline(
        On(Deadline.Received, (saga, _) => saga.FailAgain()),
        saga => OrderSagaPolicy.Pause(saga.Attempts)).SendAwaited(options);

    private EventActivityBinder<OrderSaga, ResolveOrderSaga> Resolve() =>
        On(ResolveOrderSaga, (saga, resolution) => saga.Resolve(resolution, clock.GetUtcNow().TruncateToMicroseconds()));

    /// <summary>Notes what a message tells, and when, unless it only repeats.</summary>
    private EventActivityBinder<OrderSaga, T> On<T>(Event<T> message, Action<OrderSaga, T>? note = null) where T : class =>
        When(message).Then(context =>
        {
            var before = context.Saga.Facts;
            note?.Invoke(context.Saga, context.Message);
            if (note is null || !before.Equals(context.Saga.Facts))
                context.Saga.UpdatedAt = clock.GetUtcNow().TruncateToMicroseconds();
        });

    private EventActivityBinder<OrderSaga, T> WithDeadline<T>(EventActivityBinder<OrderSaga, T> binder, Func<OrderSaga, TimeSpan> wait) where T : class =>
        binder.Schedule(
            Deadline,
            context => new StepTimedOut { OrderId = context.Saga.CorrelationId },
            context => (clock.GetUtcNow() + wait(context.Saga)).UtcDateTime);

    private static TimeSpan FirstPause(OrderSaga saga) => OrderSagaPolicy.Pause(0);

    private void Ignored(State state, params Event[] events) => During(state, [.. events.Select(Ignore)]);

    private void IgnoredFromParticipants(State state) => Ignored(
        state, StockReserved, StockRejected, StockConfirmed, StockConfirmationRejected, StockCancelled, StockReturned,
        PaymentAuthorized, PaymentDeclined, PaymentCaptured, PaymentCaptureRejected, PaymentVoided, PaymentRefunded);

    /// <summary>Only an order or its cancellation starts a saga; any other message without one is parked for a person to see.</summary>
    private void Correlate<T>(Expression<Func<Event<T>>> property, Func<T, Guid> orderId) where T : class =>
        Event(property, correlation => correlation.CorrelateById(context => orderId(context.Message)).OnMissingInstance(missing => missing.Fault()));

    public State Trying { get; private set; } = null!;

    public State Confirming { get; private set; } = null!;

    public State Completing { get; private set; } = null!;

    public State Confirmed { get; private set; } = null!;

    public State Cancelling { get; private set; } = null!;

    public State Compensating { get; private set; } = null!;

    public State Closing { get; private set; } = null!;

    public State Rejected { get; private set; } = null!;

    public State Cancelled { get; private set; } = null!;

    public Event<OrderPlaced> OrderPlaced { get; private set; } = null!;

    public Event<OrderCancellationRequested> OrderCancellationRequested { get; private set; } = null!;

    public Event<StockReserved> StockReserved { get; private set; } = null!;

    public Event<StockRejected> StockRejected { get; private set; } = null!;

    public Event<StockConfirmed> StockConfirmed { get; private set; } = null!;

    public Event<StockConfirmationRejected> StockConfirmationRejected { get; private set; } = null!;

    public Event<StockCancelled> StockCancelled { get; private set; } = null!;

    public Event<StockReturned> StockReturned { get; private set; } = null!;

    public Event<PaymentAuthorized> PaymentAuthorized { get; private set; } = null!;

    public Event<PaymentDeclined> PaymentDeclined { get; private set; } = null!;

    public Event<PaymentCaptured> PaymentCaptured { get; private set; } = null!;

    public Event<PaymentCaptureRejected> PaymentCaptureRejected { get; private set; } = null!;

    public Event<PaymentVoided> PaymentVoided { get; private set; } = null!;

    public Event<PaymentRefunded> PaymentRefunded { get; private set; } = null!;

    public Event<OrderConfirmed> OrderConfirmed { get; private set; } = null!;

    public Event<OrderRejected> OrderRejected { get; private set; } = null!;

    public Event<OrderCancelled> OrderCancelled { get; private set; } = null!;

    public Event<RetryOrderSaga> RetryOrderSaga { get; private set; } = null!;

    public Event<ResolveOrderSaga> ResolveOrderSaga { get; private set; } = null!;

    public Schedule<OrderSaga, StepTimedOut> Deadline { get; private set; } = null!;
}
