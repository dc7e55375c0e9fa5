using MassTransit;
using Shop.Comparison.Inventory;
using Shop.Comparison.Orchestration;
using Shop.Comparison.Ordering;
using Shop.Comparison.Payments;
using Shop.Contracts;

namespace Shop.Comparison;

public static class ShopBus
{
    /// <summary>Has no outbox: it only tells a waiting request what the order's transaction has written.</summary>
    private const string OrderEndings = "order-endings";

    /// <summary>One queue per service as in Shop, each with inbox and outbox; on the transport that <c>Transport</c> names.</summary>
    public static IServiceCollection AddShopBus(this IServiceCollection services, Setting setting, IConfiguration configuration) =>
        services.AddSingleton(setting).AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            AddConsumers(bus);
            bus.AddConsumer<OrderEndedConsumer>().Endpoint(endpoint =>
            {
                endpoint.Name = OrderEndings;
                endpoint.Temporary = true;
            });
            bus.AddSagaStateMachine<OrderStateMachine, OrderSaga, OrderSagaDefinition>().EntityFrameworkRepository(saga =>
            {
                saga.ConcurrencyMode = setting.SagaConcurrency;
                saga.ExistingDbContext<ShopDb>();
                saga.UsePostgres();
            });
            AddOutbox(bus, setting);
            UseTransport(bus, configuration);
        });

    private static void AddConsumers(IBusRegistrationConfigurator bus)
    {
        Add<ProductPricedConsumer>(Queues.Order);
        Add<ConfirmOrderConsumer>(Queues.Order);
        Add<RejectOrderConsumer>(Queues.Order);
        Add<ReserveStockConsumer>(Queues.Inventory);
        Add<ConfirmStockConsumer>(Queues.Inventory);
        Add<CancelStockConsumer>(Queues.Inventory);
        Add<ReturnStockConsumer>(Queues.Inventory);
        Add<AuthorizePaymentConsumer>(Queues.Payment);
        Add<CapturePaymentConsumer>(Queues.Payment);
        Add<VoidPaymentConsumer>(Queues.Payment);
        Add<RefundPaymentConsumer>(Queues.Payment);

        void Add<TConsumer>(string queue)
            where TConsumer : class, IConsumer => bus.AddConsumer<TConsumer>().Endpoint(endpoint => endpoint.Name = queue);
    }

    private static void AddOutbox(IBusRegistrationConfigurator bus, Setting setting)
    {
        bus.AddEntityFrameworkOutbox<ShopDb>(outbox =>
        {
            outbox.UsePostgres();
            outbox.IsolationLevel = setting.Isolation;
            outbox.QueryDelay = TimeSpan.FromMilliseconds(setting.QueryDelayMs);
            if (setting.DeliveryLimit is { } limit)
                outbox.QueryMessageLimit = limit;
            outbox.UseBusOutbox();
        });
        bus.AddConfigureEndpointsCallback((context, name, endpoint) =>
        {
            // The saga's own definition does the same, after its partitions.
            if (name is OrderEndings or Queues.OrderSaga)
                return;
            if (setting.ServiceConcurrencyLimit is { } limit)
                endpoint.PrefetchCount = limit;
            endpoint.UseMessageRetry(retry => retry.Intervals(setting.RetryPausesMs));
            endpoint.UseOutbox(context, setting);
        });
    }

    internal static void UseOutbox(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context, Setting setting) =>
        endpoint.UseEntityFrameworkOutbox<ShopDb>(context, outbox =>
        {
            if (setting.ConsumerDeliveryLimit is { } limit)
                outbox.MessageDeliveryLimit = limit;
        });

    private static void UseTransport(IBusRegistrationConfigurator bus, IConfiguration configuration)
    {
        if (configuration["Transport"] is "RabbitMq")
        {
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(new Uri(configuration.GetConnectionString("rabbitmq") ?? throw new InvalidOperationException("Name the broker: --ConnectionStrings:rabbitmq amqp://…")));
                rabbit.ConfigureEndpoints(context);
            });
        }
        else
        {
            bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        }
    }
}
