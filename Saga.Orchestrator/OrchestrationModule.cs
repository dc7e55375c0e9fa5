using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Projections;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Messaging.Measuring;
using Shop.Messaging.Sagas;
using Shop.ServiceDefaults;

namespace Shop.Orchestration;

/// <summary>Tells the orchestrator's store from the others in dependency injection.</summary>
public sealed class OrchestrationModule;

/// <summary>Where the order sagas are stored: streams <c>order-saga-{orderId}</c> and the table <c>sagas</c>.</summary>
public static class OrderSagas
{
    public static SagaStreams<OrderSaga> Streams { get; } = new("order-saga", OrderSagaJson.Default.OrderSaga, begunBy: typeof(OrderPlaced));

    public static IInlineProjection Rows { get; } = Streams.Project(OrderSagaRow.Table, OrderSagaRow.Project);

    public static StoreDefinition Store { get; } = new()
    {
        Name = "saga",
        Schema = typeof(OrchestrationModule).Assembly,
        InlineProjections = [Rows],
        ArchivePolicies =
        [
            new ArchivePolicy<SagaSnapshot, SagaTransitioned>(
                Streams.Aggregate, snapshot => Streams.ToInstance(snapshot) is { EndedAt: not null, NeedsAttention: false }),
        ],
    };
}

public static class OrchestrationRegistration
{
    public static IServiceCollection AddOrchestration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OrderSagaOptions>().Bind(configuration.GetSection("OrderSaga"))
            .Validate(options => options.TryDeadlineSeconds > 0, "Setting OrderSaga:TryDeadlineSeconds must be at least 1.")
            .Validate(options => options.LeaseSeconds > options.TryDeadlineSeconds, "Setting OrderSaga:LeaseSeconds must be more than OrderSaga:TryDeadlineSeconds.")
            .ValidateOnStart();
        services.AddPeriodicMeasurement<OrderSagaMetrics>();
        services.AddSingleton<OrderTally>().AddSingleton<IOverviewPart, SagaOverview>().AddSingleton<IOverviewPart, EndedOrdersOverview>();
        services.AddJob(SagaWatchdog.Define);
        services.AddSingleton<SagaOperations>();
        services.AddSingleton<OrderSagaPart>().AddSingleton<IOrderPartReader>(provider => provider.GetRequiredService<OrderSagaPart>());
        return services.AddStore<OrchestrationModule>(configuration, OrderSagas.Store);
    }

    public static void AddOrchestrationConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddServiceEndpoint<OrchestrationModule>(Queues.OrderSaga, endpoint => endpoint.SagaStateMachine<OrderStateMachine, OrderSaga>(OrderSagas.Streams));

    public static IEndpointRouteBuilder MapOrchestration(this IEndpointRouteBuilder routes)
    {
        routes = routes.WithPositions<OrchestrationModule>();
        OrderSagaEndpoints.Map(routes);
        return routes;
    }
}
