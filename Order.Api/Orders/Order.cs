using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>An order's life: placed, then confirmed, rejected or cancelled; a confirmed one can still be cancelled, or returned in parts.</summary>
public abstract record Order
{
    private Order()
    {
    }

    public static readonly Order Initial = new None();

    public static readonly Aggregate<Order, OrderEvent> Aggregate = new("order", Initial, Evolve, OrderEvent.Types);

    public sealed record None : Order;

    /// <summary>What every order has once it was accepted.</summary>
    /// <param name="Terms">Frozen when it was placed.</param>
    public abstract record Accepted(OrderEvent.Placed Terms, bool CancellationRequested) : Order
    {
        /// <summary>What went back of it or is on its way, oldest first.</summary>
        public IReadOnlyList<OrderReturn> Returns { get; init; } = [];
    }

    public sealed record Placed(OrderEvent.Placed Terms, bool CancellationRequested) : Accepted(Terms, CancellationRequested);

    /// <summary>An order with an outcome.</summary>
    public abstract record Ended(OrderEvent.Placed Terms, bool CancellationRequested, DateTimeOffset EndedAt) : Accepted(Terms, CancellationRequested);

    public sealed record Confirmed(OrderEvent.Placed Terms, bool CancellationRequested, DateTimeOffset EndedAt)
        : Ended(Terms, CancellationRequested, EndedAt);

    public sealed record Rejected(OrderEvent.Placed Terms, bool CancellationRequested, DateTimeOffset EndedAt, string Reason)
        : Ended(Terms, CancellationRequested, EndedAt);

    public sealed record Cancelled(OrderEvent.Placed Terms, bool CancellationRequested, DateTimeOffset EndedAt, string Reason)
        : Ended(Terms, CancellationRequested, EndedAt);

    public static Order Evolve(Order state, OrderEvent @event) => (state, @event) switch
    {
        (None, OrderEvent.Placed placed) => new Placed(placed, CancellationRequested: false),
        (Accepted order, OrderEvent.CancellationRequested) => order with { CancellationRequested = true },
        (Accepted order, OrderEvent.Confirmed confirmed) => new Confirmed(order.Terms, order.CancellationRequested, confirmed.ConfirmedAt),
        (Accepted order, OrderEvent.Rejected rejected) => new Rejected(order.Terms, order.CancellationRequested, rejected.RejectedAt, rejected.Reason),
        (Accepted order, OrderEvent.Cancelled cancelled) => new Cancelled(order.Terms, order.CancellationRequested, cancelled.CancelledAt, cancelled.Reason) { Returns = order.Returns },
        (Confirmed order, OrderEvent.ReturnRequested back) =>
            order with { Returns = [.. order.Returns, new(back.ReturnId, back.Lines, back.RefundMinor, back.Reason, back.RequestedAt, null)] },
        (Confirmed order, OrderEvent.ReturnCompleted done) =>
            order with { Returns = [.. order.Returns.Select(back => back.ReturnId == done.ReturnId ? back with { CompletedAt = done.CompletedAt } : back)] },
        _ => throw new InvalidOperationException($"An order that is {state.GetType().Name} cannot have been {@event.GetType().Name}."),
    };
}
