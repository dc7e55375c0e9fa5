using MassTransit;
using Shop.Contracts;

namespace Shop.Payments;

public sealed class AuthorizePaymentConsumer(TimeProvider clock) : IConsumer<AuthorizePayment>
{
    public async Task Consume(ConsumeContext<AuthorizePayment> context)
    {
        var message = context.Message;
        var command = new PaymentCommand.Authorize(message.OrderId, message.AmountMinor, message.Currency, message.PaymentMethod, clock.GetUtcNow());
        var (_, after) = await context.DecideAsync(message.OrderId, clock, payment => PaymentDecider.Decide(command, payment));
        if (PaymentReplies.ToAuthorize(after) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class CapturePaymentConsumer(TimeProvider clock) : IConsumer<CapturePayment>
{
    public async Task Consume(ConsumeContext<CapturePayment> context)
    {
        var orderId = context.Message.OrderId;
        var command = new PaymentCommand.Capture(clock.GetUtcNow());
        var (_, after) = await context.DecideAsync(orderId, clock, payment => PaymentDecider.Decide(command, payment));
        if (PaymentReplies.ToCapture(after, orderId) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class VoidPaymentConsumer(TimeProvider clock) : IConsumer<VoidPayment>
{
    public async Task Consume(ConsumeContext<VoidPayment> context)
    {
        var command = new PaymentCommand.Void(context.Message.OrderId, context.Message.Reason, clock.GetUtcNow());
        var (_, after) = await context.DecideAsync(command.OrderId, clock, payment => PaymentDecider.Decide(command, payment));
        if (PaymentReplies.ToVoid(after) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class RefundPaymentConsumer(TimeProvider clock) : IConsumer<RefundPayment>
{
    public async Task Consume(ConsumeContext<RefundPayment> context)
    {
        var command = new PaymentCommand.Refund(context.Message.OrderId, context.Message.Reason, clock.GetUtcNow());
        var (_, after) = await context.DecideAsync(command.OrderId, clock, payment => PaymentDecider.Decide(command, payment));
        if (PaymentReplies.ToRefund(after) is { } reply)
            await context.Publish(reply);
    }
}
