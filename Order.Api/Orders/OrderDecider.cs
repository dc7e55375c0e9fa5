using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering;

public abstract record OrderCommand
{
    private OrderCommand()
    {
    }

    public sealed record Place(
        Guid OrderId, string? CustomerId, IReadOnlyList<OrderEvent.Line> Lines, string Currency, string PaymentMethod, DateTimeOffset At,
        Guid? RequestId = null, string? ImportReference = null, Protected<Customer>? Customer = null, Protected<ShippingAddress>? ShippingAddress = null)
        : OrderCommand;

    public sealed record RequestCancellation(string Reason, DateTimeOffset At) : OrderCommand;

    public sealed record Confirm(DateTimeOffset At) : OrderCommand;

    public sealed record Reject(string Reason, DateTimeOffset At) : OrderCommand;

    public sealed record Cancel(string Reason, DateTimeOffset At) : OrderCommand;

    public sealed record RequestReturn(Guid ReturnId, IReadOnlyList<ReturnedUnits> Units, string Reason, DateTimeOffset At) : OrderCommand;

    public sealed record CompleteReturn(Guid ReturnId, DateTimeOffset At) : OrderCommand;
}

public static class OrderDecider
{
    /// <summary>The first durable end wins; what comes later changes nothing, but for the cancellation of a confirmed order.</summary>
    /// <exception cref="DomainException">A shopper's request that cannot be carried out: never thrown for the saga's commands.</exception>
    public static IReadOnlyList<OrderEvent> Decide(OrderCommand command, Order state) => (command, state) switch
    {
        (OrderCommand.Place place, Order.None) => [Place(place)],
        (OrderCommand.Place, _) => [],

        (OrderCommand.RequestCancellation request, Order.Placed { CancellationRequested: false } or Order.Confirmed { CancellationRequested: false }) =>
            [new OrderEvent.CancellationRequested(request.Reason, request.At)],
        (OrderCommand.RequestCancellation, Order.Placed or Order.Confirmed or Order.Cancelled) => [],
        (OrderCommand.RequestCancellation, Order.Rejected rejected) => throw new DomainException(
            "order-rejected", $"The order was rejected ({rejected.Reason}): nothing was charged, there is nothing to cancel.", conflict: true),

        (OrderCommand.Confirm confirm, Order.Placed) => [new OrderEvent.Confirmed(confirm.At)],
        (OrderCommand.Reject reject, Order.Placed) => [new OrderEvent.Rejected(reject.Reason, reject.At)],
        (OrderCommand.Cancel cancel, Order.Placed or Order.Confirmed) => [new OrderEvent.Cancelled(cancel.Reason, cancel.At)],
        (OrderCommand.Confirm or OrderCommand.Reject or OrderCommand.Cancel, Order.Ended) => [],

        (OrderCommand.RequestReturn request, _) => OrderReturnDecider.Decide(request, state),
        (OrderCommand.CompleteReturn complete, _) => OrderReturnDecider.Decide(complete, state),

        _ => throw new InvalidOperationException($"{command.GetType().Name} for an order that is {state.GetType().Name}: it was never placed here."),
    };

    /// <summary>The saga's answer to Confirm, Reject and Cancel: the stored outcome, whichever of them came first.</summary>
    public static object ReplyTo(Order state) => state switch
    {
        Order.Confirmed order => new OrderConfirmed { OrderId = order.Terms.OrderId },
        Order.Rejected order => new OrderRejected { OrderId = order.Terms.OrderId, Reason = order.Reason },
        Order.Cancelled order => new OrderCancelled { OrderId = order.Terms.OrderId, Reason = order.Reason },
        _ => throw new InvalidOperationException($"An order that is {state.GetType().Name} has no outcome."),
    };

    /// <summary>The saga's commands that decide nothing any more, with their answers.</summary>
    public static IEnumerable<TakenMessage> Taken(Order state)
    {
        (string Name, OrderCommand Command)[] commands =
        [
            (nameof(ConfirmOrder), new OrderCommand.Confirm(default)),
            (nameof(RejectOrder), new OrderCommand.Reject("", default)),
            (nameof(CancelOrder), new OrderCommand.Cancel("", default)),
        ];
        return commands.Where(command => Decide(command.Command, state).Count == 0)
            .Select(command => new TakenMessage { Message = command.Name, Answer = ReplyTo(state).GetType().Name })
            .Concat(state is Order.Accepted { Returns: var returns } ? returns.Where(back => back.CompletedAt is not null || state is Order.Cancelled)
                .Select(back => new TakenMessage { Message = nameof(CompleteOrderReturn), Answer = nameof(OrderReturnCompleted), ReturnId = back.ReturnId }) : []);
    }

    /// <summary>The message that tells the saga of an event; null for what the saga itself asked for.</summary>
    public static string? Announces(OrderEvent @event) => @event switch
    {
        OrderEvent.Placed => nameof(OrderPlaced),
        OrderEvent.CancellationRequested => nameof(OrderCancellationRequested),
        OrderEvent.ReturnRequested => nameof(OrderReturnRequested),
        _ => null,
    };

    /// <summary>What the other services are told of a placed order.</summary>
    public static OrderPlaced Announce(OrderEvent.Placed placed) => new()
    {
        OrderId = placed.OrderId,
        CustomerId = placed.CustomerId,
        Lines = [.. placed.Lines.Select(line => new OrderLine { Sku = line.Sku, Quantity = line.Quantity, UnitPriceMinor = line.UnitPriceMinor })],
        Currency = placed.Currency,
        TotalMinor = placed.TotalMinor,
        PaymentMethod = placed.PaymentMethod,
        PlacedAt = placed.PlacedAt,
    };

    private static OrderEvent.Placed Place(OrderCommand.Place place)
    {
        OrderRules.CheckLines(place.Lines.Count);
        for (var i = 0; i < place.Lines.Count; i++)
            OrderRules.CheckLine(i, place.Lines[i].Sku, place.Lines[i].Quantity, place.Lines[i].UnitPriceMinor);
        OrderRules.CheckCurrency(place.Currency);
        OrderRules.CheckCustomer(place.CustomerId);
        OrderRules.CheckPaymentMethod(place.PaymentMethod);
        var total = OrderRules.Total(place.Lines);
        return place is { Customer: null, ShippingAddress: null }
            ? new OrderEvent.Placed(
                place.OrderId, place.CustomerId, place.Lines, place.Currency, total, place.PaymentMethod, place.At, place.RequestId, place.ImportReference)
            : new OrderEvent.PlacedWithPersonalData(
                place.OrderId, place.CustomerId, place.Lines, place.Currency, total, place.PaymentMethod, place.At, place.RequestId, place.ImportReference,
                place.Customer, place.ShippingAddress);
    }
}
