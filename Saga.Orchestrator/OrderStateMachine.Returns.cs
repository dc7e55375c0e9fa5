using MassTransit;
using Shop.Contracts;

namespace Shop.Orchestration;

/// <content>
/// Returns of single lines of a confirmed order. One after the other is restocked and refunded, then the order is told; a cancellation
/// waits for the one under way and takes all the others with it.
/// </content>
public sealed partial class OrderStateMachine
{
    private void WhileReturning()
    {
        // The order may tell of a return before its confirmation is heard here.
        foreach (var state in (State[])[Trying, Confirming, Completing])
            During(state, NoteReturn());
        During(Returning,
            On(StockLinesReturned, (saga, back) => saga.NoteReturn(back.ReturnId, known => known with { Restocked = true }))
                .Once(OrderSagaPolicy.IsGivenBack, Recording, options),
            On(PaymentPartRefunded, (saga, back) => saga.NoteReturn(back.ReturnId, known => known with { Refunded = true }))
                .Once(OrderSagaPolicy.IsGivenBack, Recording, options),
            NoteReturn(),
            On(OrderCancellationRequested, (saga, request) => saga.RememberCancellation(request.Reason)),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        Ignored(Returning, OrderReturnCompleted);
        IgnoredSinceConfirmed(Returning);
        foreach (var state in (State[])[Trying, Confirming, Completing, Confirmed])
            Ignored(state, StockLinesReturned, PaymentPartRefunded, OrderReturnCompleted);
        // The whole order is being undone, or was never confirmed: what was to be returned goes with it.
        foreach (var state in (State[])[Cancelling, Compensating, Closing, Rejected, Cancelled])
            Ignored(state, OrderReturnRequested, StockLinesReturned, PaymentPartRefunded, OrderReturnCompleted);
    }

    private void WhileRecording()
    {
        During(Recording,
            On(OrderReturnCompleted, (saga, back) => saga.FinishReturn(back.ReturnId)).If(
                context => !OrderSagaPolicy.IsGivenBack(context.Saga),
                finished => finished.IfElse(context => context.Saga.CancelRequested, cancelled => cancelled.Enter(Compensating, options), GoOnWithReturns)),
            NoteReturn(),
            On(OrderCancellationRequested, (saga, request) => saga.RememberCancellation(request.Reason)),
            SendAgain(),
            On(RetryOrderSaga).SendAwaited(options),
            Resolve());
        Ignored(Recording, StockLinesReturned, PaymentPartRefunded);
        IgnoredSinceConfirmed(Recording);
    }

    private EventActivityBinder<OrderSaga, OrderReturnRequested> BeginReturn() => NoteReturn().If(
        context => context.Saga.ReturnUnderWay is not null,
        begun => WithDeadline(begun.Then(context => context.Saga.Reopen()), FirstPause).Enter(Returning, options));

    private EventActivityBinder<OrderSaga, OrderReturnRequested> NoteReturn() => On(OrderReturnRequested, (saga, request) => saga.Expect(request));

    /// <summary>The next return, or the end.</summary>
    private EventActivityBinder<OrderSaga, T> GoOnWithReturns<T>(EventActivityBinder<OrderSaga, T> binder) where T : class => binder.IfElse(
        context => context.Saga.ReturnUnderWay is not null,
        returning => returning.Enter(Returning, options),
        confirmed => confirmed.End(Confirmed, Deadline));

    private void IgnoredSinceConfirmed(State state)
    {
        IgnoredFromParticipants(state);
        Ignored(state, OrderPlaced, OrderConfirmed, OrderRejected, OrderCancelled);
    }

    public State Returning { get; private set; } = null!;

    public State Recording { get; private set; } = null!;

    public Event<OrderReturnRequested> OrderReturnRequested { get; private set; } = null!;

    public Event<StockLinesReturned> StockLinesReturned { get; private set; } = null!;

    public Event<PaymentPartRefunded> PaymentPartRefunded { get; private set; } = null!;

    public Event<OrderReturnCompleted> OrderReturnCompleted { get; private set; } = null!;
}
