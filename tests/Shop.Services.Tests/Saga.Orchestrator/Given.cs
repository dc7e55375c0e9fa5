using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The messages of one order, and the way of its saga to each state.</summary>
internal static class Given
{
    public static Guid NewOrder() => Guid.CreateVersion7();

    public static OrderPlaced Placed(Guid orderId) => new()
    {
        OrderId = orderId,
        CustomerId = "alice",
        Lines = [new() { Sku = "CUP", Quantity = 2, UnitPriceMinor = 450 }, new() { Sku = "CUP", Quantity = 1, UnitPriceMinor = 400 }],
        Currency = "GBP",
        TotalMinor = 1_300,
        PaymentMethod = "pm_card_visa",
        PlacedAt = new(2026, 3, 1, 11, 59, 59, TimeSpan.Zero),
    };

    public static readonly Guid FirstReturn = Guid.Parse("01954f6e-7c00-7000-8000-00000000000a");
    public static readonly Guid SecondReturn = Guid.Parse("01954f6e-7c00-7000-8000-00000000000b");

    public static OrderReturnRequested Return(Guid orderId, Guid returnId, long refundMinor = 450) => new()
    {
        OrderId = orderId,
        ReturnId = returnId,
        Lines = [new() { Sku = "CUP", Quantity = 1 }],
        RefundMinor = refundMinor,
        Reason = "cracked",
    };

    public static object Message(string name, Guid orderId) => name switch
    {
        nameof(OrderPlaced) => Placed(orderId),
        nameof(OrderCancellationRequested) => new OrderCancellationRequested { OrderId = orderId, Reason = "changed my mind" },
        nameof(StockReserved) => new StockReserved { OrderId = orderId, LeaseExpiresAt = DateTimeOffset.UnixEpoch },
        nameof(StockRejected) => new StockRejected { OrderId = orderId, Reason = "sold out" },
        nameof(StockConfirmed) => new StockConfirmed { OrderId = orderId },
        nameof(StockConfirmationRejected) => new StockConfirmationRejected { OrderId = orderId, Reason = "lease expired" },
        nameof(StockCancelled) => new StockCancelled { OrderId = orderId },
        nameof(StockReturned) => new StockReturned { OrderId = orderId },
        nameof(PaymentAuthorized) => new PaymentAuthorized { OrderId = orderId },
        nameof(PaymentDeclined) => new PaymentDeclined { OrderId = orderId, Reason = "card declined" },
        nameof(PaymentCaptured) => new PaymentCaptured { OrderId = orderId, AmountMinor = 1_300 },
        nameof(PaymentCaptureRejected) => new PaymentCaptureRejected { OrderId = orderId, Reason = "capture refused" },
        nameof(PaymentVoided) => new PaymentVoided { OrderId = orderId },
        nameof(PaymentRefunded) => new PaymentRefunded { OrderId = orderId, AmountMinor = 1_300 },
        nameof(OrderConfirmed) => new OrderConfirmed { OrderId = orderId },
        nameof(OrderRejected) => new OrderRejected { OrderId = orderId, Reason = "rejected" },
        nameof(OrderCancelled) => new OrderCancelled { OrderId = orderId, Reason = "cancelled" },
        nameof(OrderReturnRequested) => Return(orderId, FirstReturn),
        nameof(StockLinesReturned) => new StockLinesReturned { OrderId = orderId, ReturnId = FirstReturn },
        nameof(PaymentPartRefunded) => new PaymentPartRefunded { OrderId = orderId, ReturnId = FirstReturn, AmountMinor = 450 },
        nameof(OrderReturnCompleted) => new OrderReturnCompleted { OrderId = orderId, ReturnId = FirstReturn },
        nameof(RetryOrderSaga) => new RetryOrderSaga { OrderId = orderId },
        nameof(ResolveOrderSaga) => new ResolveOrderSaga { OrderId = orderId, By = "olga", Reason = "called the provider" },
        nameof(StepTimedOut) => new StepTimedOut { OrderId = orderId },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Unknown message."),
    };

    /// <summary>A saga that came to a state the usual way.</summary>
    public static async Task<Guid> SagaInAsync(this SagaRig rig, string state)
    {
        var orderId = NewOrder();
        await rig.TellAllAsync(orderId, WayTo(state).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        rig.StateOf(orderId).ShouldBe(state);
        return orderId;
    }

    public static async Task TellAllAsync(this SagaRig rig, Guid orderId, params string[] messages)
    {
        foreach (var message in messages)
            await rig.TellAsync(Message(message, orderId));
    }

    public static Task<IReadOnlyList<object>> TellAsync(this SagaRig rig, Guid orderId, string message) => rig.TellAsync(Message(message, orderId));

    public static string[] Names(this IEnumerable<object> messages) => [.. messages.Select(message => message.GetType().Name).Order(StringComparer.Ordinal)];

    private static string WayTo(string state) => state switch
    {
        nameof(OrderStateMachine.Trying) => "OrderPlaced",
        nameof(OrderStateMachine.Confirming) => WayTo("Trying") + " StockReserved PaymentAuthorized",
        nameof(OrderStateMachine.Completing) => WayTo("Confirming") + " StockConfirmed PaymentCaptured",
        nameof(OrderStateMachine.Confirmed) => WayTo("Completing") + " OrderConfirmed",
        nameof(OrderStateMachine.Cancelling) => WayTo("Trying") + " StockRejected",
        nameof(OrderStateMachine.Compensating) => WayTo("Confirming") + " PaymentCaptureRejected",
        nameof(OrderStateMachine.Closing) => WayTo("Cancelling") + " StockCancelled PaymentVoided",
        nameof(OrderStateMachine.Rejected) => WayTo("Closing") + " OrderRejected",
        nameof(OrderStateMachine.Cancelled) => WayTo("Trying") + " OrderCancellationRequested StockCancelled PaymentVoided OrderCancelled",
        nameof(OrderStateMachine.Returning) => WayTo("Confirmed") + " OrderReturnRequested",
        nameof(OrderStateMachine.Recording) => WayTo("Returning") + " StockLinesReturned PaymentPartRefunded",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No way leads there."),
    };
}
