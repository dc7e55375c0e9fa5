namespace Shop.Ordering;

/// <summary>The HTTP answer to placing an order: a pure function of the order.</summary>
public static class OrderAnswer
{
    public static IdempotentRequestCommand.Answer Of(Order.Accepted order, long version, DateTimeOffset at) => new(
        order is Order.Ended ? StatusCodes.Status201Created : StatusCodes.Status202Accepted, OrderResponse.Of(order, version).ToJson(), Location(order.Terms.OrderId), at);

    public static string Location(Guid orderId) => $"/orders/{orderId:D}";
}
