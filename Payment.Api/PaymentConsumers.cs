using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Payments;

public sealed class AuthorizePaymentConsumer(PaymentDecisions decisions, TimeProvider clock) : IConsumer<AuthorizePayment>
{
    public async Task Consume(ConsumeContext<AuthorizePayment> context)
    {
        var message = context.Message;
        var command = new PaymentCommand.Authorize(message.OrderId, message.AmountMinor, message.Currency, message.PaymentMethod, clock.GetUtcNow());
        var (_, after) = await decisions.DecideFirstAsync(context.UnitOfWork(), message.OrderId, payment => PaymentDecider.Decide(command, payment), context.CancellationToken);
        if (PaymentReplies.ToAuthorize(after) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class CapturePaymentConsumer(PaymentDecisions decisions, TimeProvider clock) : IConsumer<CapturePayment>
{
    public async Task Consume(ConsumeContext<CapturePayment> context)
    {
        var orderId = context.Message.OrderId;
        var command = new PaymentCommand.Capture(clock.GetUtcNow());
        var (_, after) = await decisions.DecideAsync(context.UnitOfWork(), orderId, payment => PaymentDecider.Decide(command, payment), context.CancellationToken);
        if (PaymentReplies.ToCapture(after, orderId) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class VoidPaymentConsumer(PaymentDecisions decisions, TimeProvider clock) : IConsumer<VoidPayment>
{
    public async Task Consume(ConsumeContext<VoidPayment> context)
    {
        var command = new PaymentCommand.Void(context.Message.OrderId, context.Message.Reason, clock.GetUtcNow());
        var (_, after) = await decisions.DecideAsync(context.UnitOfWork(), command.OrderId, payment => PaymentDecider.Decide(command, payment), context.CancellationToken);
        if (PaymentReplies.ToVoid(after) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class RefundPaymentConsumer(PaymentDecisions decisions, TimeProvider clock) : IConsumer<RefundPayment>
{
    public async Task Consume(ConsumeContext<RefundPayment> context)
    {
        var command = new PaymentCommand.Refund(context.Message.OrderId, context.Message.Reason, clock.GetUtcNow());
        var (_, after) = await decisions.DecideAsync(context.UnitOfWork(), command.OrderId, payment => PaymentDecider.Decide(command, payment), context.CancellationToken);
        if (PaymentReplies.ToRefund(after) is { } reply)
            await context.Publish(reply);
    }
}

public sealed class RefundPaymentPartConsumer(PaymentDecisions decisions, TimeProvider clock) : IConsumer<RefundPaymentPart>
{
    public async Task Consume(ConsumeContext<RefundPaymentPart> context)
    {
        var message = context.Message;
        var command = new PaymentCommand.RefundPart(message.ReturnId, message.AmountMinor, message.Reason, clock.GetUtcNow());
        var (_, after) = await decisions.DecideAsync(context.UnitOfWork(), message.OrderId, payment => PaymentDecider.Decide(command, payment), context.CancellationToken);
        if (PaymentReplies.ToRefundPart(after, message.ReturnId) is { } reply)
            await context.Publish(reply);
    }
}
