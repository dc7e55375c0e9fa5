namespace Shop.Ordering;

/// <summary>Tells the order store apart from the others of the process.</summary>
public sealed class OrderingModule;

public static class OrderingModuleExtensions
{
    public static IEndpointRouteBuilder MapOrdering(this IEndpointRouteBuilder routes)
    {
        PlaceOrderEndpoint.Map(routes);
        OrderListEndpoint.Map(routes);
        GetOrderEndpoint.Map(routes);
        OrderHistoryEndpoint.Map(routes);
        CancelOrderEndpoint.Map(routes);
        return routes;
    }
}
