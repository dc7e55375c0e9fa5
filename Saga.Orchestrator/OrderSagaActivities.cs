using MassTransit;
using Shop.Contracts;

namespace Shop.Orchestration;

/// <summary>What the state machine does on its transitions.</summary>
internal static class OrderSagaActivities
{
    private const string NoReason = "No reason was given.";

    private static readonly Uri Inventory = new($"queue:{Queues.Inventory}");
    private static readonly Uri Payment = new($"queue:{Queues.Payment}");
    private static readonly Uri Order = new($"queue:{Queues.Order}");

    /// <summary>Goes to a state that waits, and sends its commands.</summary>
    public static EventActivityBinder<OrderSaga, T> Enter<T>(this EventActivityBinder<OrderSaga, T> binder, State state, OrderSagaOptions options) where T : class =>
        binder
            .Then(context => context.Saga.GetOn())
            .TransitionTo(state)
            .SendAwaited(options);

    /// <summary>Goes to the next state once everything that it needs is known.</summary>
    public static EventActivityBinder<OrderSaga, T> Once<T>(this EventActivityBinder<OrderSaga, T> binder, Func<OrderSaga, bool> condition, State next, OrderSagaOptions options)
        where T : class => binder.If(context => condition(context.Saga), met => met.Enter(next, options));

    /// <summary>Goes to a state where nothing more is to do.</summary>
    public static EventActivityBinder<OrderSaga, T> End<T>(this EventActivityBinder<OrderSaga, T> binder, State state, Schedule<OrderSaga> deadline) where T : class =>
        binder
            .Then(context => context.Saga.End())
            .Unschedule(deadline)
            .TransitionTo(state);

    /// <summary>Sends the unanswered commands of the saga's state; they may be sent any number of times.</summary>
    public static EventActivityBinder<OrderSaga, T> SendAwaited<T>(this EventActivityBinder<OrderSaga, T> binder, OrderSagaOptions options) where T : class =>
        binder.ThenAsync(async context =>
        {
            foreach (var step in OrderSagaPolicy.Awaiting(context.Saga))
                await SendAsync(context, step, context.Saga, options);
        });

    private static Task SendAsync(ConsumeContext context, OrderStep step, OrderSaga saga, OrderSagaOptions options) => step switch
    {
        OrderStep.ReserveStock => context.Send(Inventory, new ReserveStock { OrderId = saga.CorrelationId, Lines = saga.Lines, LeaseSeconds = options.LeaseSeconds }),
        OrderStep.ConfirmStock => context.Send(Inventory, new ConfirmStock { OrderId = saga.CorrelationId }),
        OrderStep.CancelStock => context.Send(Inventory, new CancelStock { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        OrderStep.ReturnStock => context.Send(Inventory, new ReturnStock { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        OrderStep.AuthorizePayment => context.Send(Payment, new AuthorizePayment
        {
            OrderId = saga.CorrelationId,
            AmountMinor = saga.TotalMinor,
            Currency = saga.Currency!,
            PaymentMethod = saga.PaymentMethod!,
        }),
        OrderStep.CapturePayment => context.Send(Payment, new CapturePayment { OrderId = saga.CorrelationId }),
        OrderStep.VoidPayment => context.Send(Payment, new VoidPayment { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        OrderStep.RefundPayment => context.Send(Payment, new RefundPayment { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        OrderStep.ReturnStockLines => context.Send(Inventory, new ReturnStockLines
        {
            OrderId = saga.CorrelationId,
            ReturnId = saga.ReturnUnderWay!.ReturnId,
            Lines = saga.ReturnUnderWay.Lines,
            Reason = saga.ReturnUnderWay.Reason,
        }),
        OrderStep.RefundPaymentPart => context.Send(Payment, new RefundPaymentPart
        {
            OrderId = saga.CorrelationId,
            ReturnId = saga.ReturnUnderWay!.ReturnId,
            AmountMinor = saga.ReturnUnderWay.RefundMinor,
            Reason = saga.ReturnUnderWay.Reason,
        }),
        OrderStep.CompleteOrderReturn => context.Send(Order, new CompleteOrderReturn { OrderId = saga.CorrelationId, ReturnId = saga.ReturnUnderWay!.ReturnId }),
        OrderStep.ConfirmOrder => context.Send(Order, new ConfirmOrder { OrderId = saga.CorrelationId }),
        OrderStep.RejectOrder => context.Send(Order, new RejectOrder { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        OrderStep.CancelOrder => context.Send(Order, new CancelOrder { OrderId = saga.CorrelationId, Reason = saga.Reason ?? NoReason }),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "No command carries out this step."),
    };
}
