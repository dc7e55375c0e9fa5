using MassTransit;
using MassTransit.Middleware;
using Shop.Contracts;

namespace Shop.Comparison.Orchestration;

/// <summary>As the guidance on sagas recommends: one message of an order at a time, then retries, then the outbox.</summary>
internal sealed class OrderSagaDefinition : SagaDefinition<OrderSaga>
{
    private readonly Setting setting;

    public OrderSagaDefinition(Setting setting)
    {
        this.setting = setting;
        Endpoint(endpoint =>
        {
            endpoint.Name = Queues.OrderSaga;
            endpoint.PrefetchCount = setting.SagaConcurrencyLimit;
        });
    }

    protected override void ConfigureSaga(IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<OrderSaga> sagaConfigurator, IRegistrationContext context)
    {
        PartitionByOrder(endpointConfigurator, new Partitioner(setting.SagaConcurrencyLimit, new Murmur3UnsafeHashGenerator()));
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(setting.RetryPausesMs));
        endpointConfigurator.UseOutbox(context, setting);
    }

    private static void PartitionByOrder(IConsumePipeConfigurator endpoint, IPartitioner partitioner)
    {
        endpoint.UsePartitioner<OrderPlaced>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockReserved>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockRejected>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockConfirmed>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockConfirmationRejected>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockCancelled>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<StockReturned>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentAuthorized>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentDeclined>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentCaptured>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentCaptureRejected>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentVoided>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<PaymentRefunded>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<OrderConfirmed>(partitioner, context => context.Message.OrderId);
        endpoint.UsePartitioner<OrderRejected>(partitioner, context => context.Message.OrderId);
    }
}
