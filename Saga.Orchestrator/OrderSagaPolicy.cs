using Shop.Contracts;

namespace Shop.Orchestration;

/// <summary>The conditions of the state machine: pure functions of the saga.</summary>
public static class OrderSagaPolicy
{
    /// <summary>After so many vain repetitions a person should look.</summary>
    public const int AttentionAttempts = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Stock is reserved and payment authorized: the order can be decided.</summary>
    public static bool IsTried(OrderSaga saga) => saga is { Stock: StockStanding.Reserved, Payment: PaymentStanding.Authorized };

    /// <summary>Stock is sold and the money is taken.</summary>
    public static bool IsDone(OrderSaga saga) => saga is { Stock: StockStanding.Confirmed, Payment: PaymentStanding.Captured };

    /// <summary>Nothing is held, sold or kept for this order, and never will be: both participants have said so for good.</summary>
    public static bool IsUndone(OrderSaga saga) => IsUndone(saga.Stock) && IsUndone(saga.Payment);

    /// <summary>The units of the return under way are restocked, and their price is refunded.</summary>
    public static bool IsGivenBack(OrderSaga saga) => saga.ReturnUnderWay is { Restocked: true, Refunded: true };

    public static bool NeedsAttention(int attempts) => attempts >= AttentionAttempts;

    /// <summary>How long to wait before the commands of a state are sent again: 5 s, 5 s, 10 s, 20 s, 40 s, … up to 5 minutes.</summary>
    /// <param name="attempts">How often they were sent again already.</param>
    public static TimeSpan Pause(int attempts)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 10);
        return TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << doublings, LongestPause.Ticks));
    }

    /// <summary>True for a state that waits for answers; false where the saga has ended.</summary>
    public static bool IsWaiting(string state) => state is not (nameof(OrderStateMachine.Confirmed) or nameof(OrderStateMachine.Rejected) or nameof(OrderStateMachine.Cancelled));

    /// <summary>The commands that the saga's state has sent and that are not answered yet.</summary>
    public static IReadOnlyList<OrderStep> Awaiting(OrderSaga saga) => saga.CurrentState switch
    {
        nameof(OrderStateMachine.Trying) => Steps(
            (OrderStep.ReserveStock, saga.Stock == StockStanding.Asked),
            (OrderStep.AuthorizePayment, saga.Payment == PaymentStanding.Asked)),
        nameof(OrderStateMachine.Confirming) => Steps(
            (OrderStep.ConfirmStock, saga.Stock != StockStanding.Confirmed),
            (OrderStep.CapturePayment, saga.Payment != PaymentStanding.Captured)),
        nameof(OrderStateMachine.Completing) => [OrderStep.ConfirmOrder],
        nameof(OrderStateMachine.Cancelling) => Steps(
            (OrderStep.CancelStock, !IsUndone(saga.Stock)),
            (OrderStep.VoidPayment, !IsUndone(saga.Payment))),
        nameof(OrderStateMachine.Compensating) => Steps(
            (OrderStep.ReturnStock, !IsUndone(saga.Stock)),
            (OrderStep.RefundPayment, !IsUndone(saga.Payment))),
        nameof(OrderStateMachine.Closing) => [Closing(saga)],
        nameof(OrderStateMachine.Returning) => Steps(
            (OrderStep.ReturnStockLines, saga.ReturnUnderWay is { Restocked: false }),
            (OrderStep.RefundPaymentPart, saga.ReturnUnderWay is { Refunded: false })),
        nameof(OrderStateMachine.Recording) => [OrderStep.CompleteOrderReturn],
        _ => [],
    };

    /// <summary>The service that carries a step out.</summary>
    public static string ReceiverOf(OrderStep step) => step switch
    {
        OrderStep.ReserveStock or OrderStep.ConfirmStock or OrderStep.CancelStock or OrderStep.ReturnStock or OrderStep.ReturnStockLines => OrderPartServices.Inventory,
        OrderStep.AuthorizePayment or OrderStep.CapturePayment or OrderStep.VoidPayment or OrderStep.RefundPayment or OrderStep.RefundPaymentPart => OrderPartServices.Payment,
        _ => OrderPartServices.Order,
    };

    /// <summary>The order's own events that would change nothing any more: noted, or ignored in this state.</summary>
    public static IReadOnlyList<TakenMessage> Heard(OrderSaga saga)
    {
        var heard = new List<TakenMessage>();
        // Only the order itself tells its currency; a cancellation may have started the saga.
        if (saga.Currency is not null)
            heard.Add(new() { Message = nameof(OrderPlaced) });
        if (saga.CancelRequested || !TakesReturns(saga.CurrentState))
            heard.Add(new() { Message = nameof(OrderCancellationRequested) });
        if (TakesReturns(saga.CurrentState))
            heard.AddRange((saga.Returns ?? []).Select(back => new TakenMessage { Message = nameof(OrderReturnRequested), ReturnId = back.ReturnId }));
        else
            heard.Add(new() { Message = nameof(OrderReturnRequested) });

        return heard;
    }

    /// <summary>What is still to do on the way that the saga is on now, the awaited steps first.</summary>
    public static IReadOnlyList<OrderStep> Remaining(OrderSaga saga) => saga.CurrentState switch
    {
        nameof(OrderStateMachine.Trying) => [.. Awaiting(saga), OrderStep.ConfirmStock, OrderStep.CapturePayment, OrderStep.ConfirmOrder],
        nameof(OrderStateMachine.Confirming) => [.. Awaiting(saga), OrderStep.ConfirmOrder, .. RequestedUndo(saga)],
        nameof(OrderStateMachine.Completing) => [.. Awaiting(saga), .. RequestedUndo(saga)],
        nameof(OrderStateMachine.Cancelling) or nameof(OrderStateMachine.Compensating) => [.. Awaiting(saga), Closing(saga)],
        nameof(OrderStateMachine.Returning) => [.. Awaiting(saga), OrderStep.CompleteOrderReturn, .. RequestedUndo(saga)],
        nameof(OrderStateMachine.Recording) => [.. Awaiting(saga), .. RequestedUndo(saga)],
        _ => Awaiting(saga),
    };

    /// <summary>The order may end, or has ended, as confirmed: what concerns it later is noted.</summary>
    private static bool TakesReturns(string state) => state is nameof(OrderStateMachine.Trying) or nameof(OrderStateMachine.Confirming)
        or nameof(OrderStateMachine.Completing) or nameof(OrderStateMachine.Confirmed) or nameof(OrderStateMachine.Returning) or nameof(OrderStateMachine.Recording);

    private static bool IsUndone(StockStanding stock) => stock is StockStanding.Untried or StockStanding.Cancelled or StockStanding.Returned;

    private static bool IsUndone(PaymentStanding payment) => payment is PaymentStanding.Untried or PaymentStanding.Voided or PaymentStanding.Refunded;

    private static OrderStep Closing(OrderSaga saga) => saga.Ending == OrderEnding.Cancel ? OrderStep.CancelOrder : OrderStep.RejectOrder;

    private static OrderStep[] RequestedUndo(OrderSaga saga) =>
        saga.CancelRequested ? [OrderStep.ReturnStock, OrderStep.RefundPayment, OrderStep.CancelOrder] : [];

    private static OrderStep[] Steps((OrderStep Step, bool Awaited) first, (OrderStep Step, bool Awaited) second) => (first.Awaited, second.Awaited) switch
    {
        (true, true) => [first.Step, second.Step],
        (true, false) => [first.Step],
        (false, true) => [second.Step],
        _ => [],
    };
}

/// <summary>The steps of an order, named after the commands that carry them out.</summary>
public enum OrderStep
{
    ReserveStock,
    AuthorizePayment,
    ConfirmStock,
    CapturePayment,
    ConfirmOrder,
    CancelStock,
    VoidPayment,
    ReturnStock,
    RefundPayment,
    RejectOrder,
    CancelOrder,
    ReturnStockLines,
    RefundPaymentPart,
    CompleteOrderReturn,
}
