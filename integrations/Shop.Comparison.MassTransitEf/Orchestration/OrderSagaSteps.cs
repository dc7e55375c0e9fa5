using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Orchestration;

/// <summary>The commands of each step, both participants at once.</summary>
internal static class OrderSagaSteps
{
    private const int LeaseSeconds = 300;
    private static readonly Uri Order = new($"queue:{Queues.Order}");
    private static readonly Uri Inventory = new($"queue:{Queues.Inventory}");
    private static readonly Uri Payment = new($"queue:{Queues.Payment}");

    public static EventActivityBinder<OrderSaga, T> OnceAnswered<T>(
        this EventActivityBinder<OrderSaga, T> source, Func<EventActivityBinder<OrderSaga, T>, EventActivityBinder<OrderSaga, T>> next)
        where T : class => source.If(context => context.Saga is { StockAnswered: true, PaymentAnswered: true }, next);

    public static EventActivityBinder<OrderSaga, OrderPlaced> Try(this EventActivityBinder<OrderSaga, OrderPlaced> source) => source
        .Send(Inventory, context => new ReserveStock
        {
            OrderId = context.Message.OrderId,
            Lines = [.. context.Message.Lines.Select(line => new StockLine { Sku = line.Sku, Quantity = line.Quantity })],
            LeaseSeconds = LeaseSeconds,
        })
        .Send(Payment, context => new AuthorizePayment
        {
            OrderId = context.Message.OrderId,
            AmountMinor = context.Message.TotalMinor,
            Currency = context.Message.Currency,
            PaymentMethod = context.Message.PaymentMethod,
        });

    public static EventActivityBinder<OrderSaga, T> Confirm<T>(this EventActivityBinder<OrderSaga, T> source)
        where T : class => source.Ask(
            saga => new ConfirmStock { OrderId = saga.CorrelationId },
            saga => new CapturePayment { OrderId = saga.CorrelationId });

    public static EventActivityBinder<OrderSaga, T> Cancel<T>(this EventActivityBinder<OrderSaga, T> source)
        where T : class => source.Ask(
            saga => new CancelStock { OrderId = saga.CorrelationId, Reason = saga.Reason! },
            saga => new VoidPayment { OrderId = saga.CorrelationId, Reason = saga.Reason! });

    public static EventActivityBinder<OrderSaga, T> Compensate<T>(this EventActivityBinder<OrderSaga, T> source)
        where T : class => source.Ask(
            saga => new ReturnStock { OrderId = saga.CorrelationId, Reason = saga.Reason! },
            saga => new RefundPayment { OrderId = saga.CorrelationId, Reason = saga.Reason! });

    public static EventActivityBinder<OrderSaga, T> Complete<T>(this EventActivityBinder<OrderSaga, T> source)
        where T : class => source.Send(Order, context => new ConfirmOrder { OrderId = context.Saga.CorrelationId });

    public static EventActivityBinder<OrderSaga, T> Reject<T>(this EventActivityBinder<OrderSaga, T> source)
        where T : class => source.Send(Order, context => new RejectOrder { OrderId = context.Saga.CorrelationId, Reason = context.Saga.Reason! });

    private static EventActivityBinder<OrderSaga, T> Ask<T, TStock, TPayment>(
        this EventActivityBinder<OrderSaga, T> source, Func<OrderSaga, TStock> stock, Func<OrderSaga, TPayment> payment)
        where T : class
        where TStock : class
        where TPayment : class => source
            .Then(context => (context.Saga.StockAnswered, context.Saga.PaymentAnswered) = (false, false))
            .Send(Inventory, context => stock(context.Saga))
            .Send(Payment, context => payment(context.Saga));
}
