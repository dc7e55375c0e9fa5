using MassTransit;
using Shop.Contracts;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Ordering;

/// <summary>Tells the order store apart from the others of the process.</summary>
public sealed class OrderingModule;

public static class OrderingModuleExtensions
{
    public static StoreDefinition Store { get; } = new()
    {
        Name = "order",
        Schema = typeof(OrderingModule).Assembly,
        AsyncProjections = [OrderListProjection.Instance],
    };

    public static IServiceCollection AddOrdering(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStore<OrderingModule>(configuration, Store);
        services.AddSingleton<OrderMetrics>();
        services.AddSingleton<OrderWaits>();
        services.AddSingleton<OrderPlacement>();
        services.AddSingleton<Ordering>();
        services.AddHttpClient(nameof(OrderParts)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        services.AddSingleton<OrderParts>();
        services.AddSingleton<IOrderPartReader, OrderItselfPart>();
        return services;
    }

    public static void AddOrderingConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddServiceEndpoint<OrderingModule>(Queues.Order, endpoint => endpoint
            .Consumer<ConfirmOrderConsumer>()
            .Consumer<RejectOrderConsumer>()
            .Consumer<CancelOrderConsumer>()
            .Consumer<ProductPricedConsumer>());

    public static IEndpointRouteBuilder MapOrdering(this IEndpointRouteBuilder routes)
    {
        routes = routes.WithPositions<OrderingModule>();
        PlaceOrderEndpoint.Map(routes);
        OrderListEndpoint.Map(routes);
        OrderTotalsEndpoint.Map(routes);
        GetOrderEndpoint.Map(routes);
        OrderHistoryEndpoint.Map(routes);
        OrderAtEndpoint.Map(routes);
        CancelOrderEndpoint.Map(routes);
        return routes;
    }
}
