using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Ordering;

public sealed class ProductPricedConsumer(TimeProvider clock) : IConsumer<ProductPriced>
{
    public async Task Consume(ConsumeContext<ProductPriced> context)
    {
        var message = context.Message;
        var command = new LearnPrice(
            message.Sku, message.Name, message.UnitPriceMinor, message.Currency, message.Revision, clock.GetUtcNow().TruncateToMicroseconds());
        var unit = context.UnitOfWork();
        var product = await unit.LoadAsync(QuotedProduct.Aggregate, message.Sku, context.CancellationToken);
        unit.Decide(() =>
        {
            product.Append(QuotedProductDecider.Decide(command, product.State));
            return product.State;
        });
    }
}
