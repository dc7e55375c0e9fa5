using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Protection;
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
        OtherTables = [DataKeyRow.Table, LiveAuditRow.Table],
        ArchivePolicies =
        [
            new ArchivePolicy<Order, OrderEvent>(Order.Aggregate, order => order is Order.Rejected or Order.Cancelled || IsConfirmedAndWhole(order)),
            new ArchivePolicy<IdempotentRequest, IdempotentRequestEvent>(IdempotentRequest.Aggregate, request => request is IdempotentRequest.Answered),
        ],
    };

    /// <summary>Nobody has asked for anything that is not done.</summary>
    private static bool IsConfirmedAndWhole(Order order) =>
        order is Order.Confirmed { CancellationRequested: false, Returns: var returns } && returns.All(back => back.CompletedAt is not null);

    public static IServiceCollection AddOrdering(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStore<OrderingModule>(configuration, Store);
        services.AddPersonalData<OrderingModule>(configuration);
        services.AddSingleton<OrderPersonalData>();
        services.AddSingleton<OrderMetrics>();
        services.AddSingleton<OrderWaits>();
        services.AddSingleton<OrderPlacement>();
        services.AddSingleton<Ordering>();
        services.AddHttpClient(nameof(OrderParts)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        services.AddSingleton<OrderParts>();
        services.AddSingleton<OrderStreams>();
        services.AddSingleton<IOrderPartReader, OrderItselfPart>();
        LiveAuditRegistration.Add(services, configuration);
        return services;
    }

    public static void AddOrderingConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddServiceEndpoint<OrderingModule>(Queues.Order, endpoint => endpoint
            .Consumer<ConfirmOrderConsumer>()
            .Consumer<RejectOrderConsumer>()
            .Consumer<CancelOrderConsumer>()
            .Consumer<RequestOrderCancellationConsumer>()
            .Consumer<CompleteOrderReturnConsumer>()
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
        OrderBundleEndpoint.Map(routes);
        CancelOrderEndpoint.Map(routes);
        ReturnOrderEndpoint.Map(routes);
        ErasureEndpoints.Map(routes);
        LiveAuditService.Map(routes);
        CustomerErasuresEndpoint.Map(routes);
        return routes;
    }
}
