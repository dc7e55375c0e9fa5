using MassTransit;
using Shop.Contracts;
using Shop.Payments.Gateway;

namespace Shop.Comparison.Payments;

/// <summary>The provider is asked inside the transaction that the consumer's outbox has begun, as there is no other place.</summary>
public sealed class AuthorizePaymentConsumer(ShopDb db, IPaymentGateway gateway) : IConsumer<AuthorizePayment>
{
    public async Task Consume(ConsumeContext<AuthorizePayment> context)
    {
        var command = context.Message;
        var payment = await db.Payments.FindAsync([command.OrderId], context.CancellationToken);
        if (payment is null)
        {
            var answer = await gateway.AuthorizeAsync(
                new(command.OrderId, command.AmountMinor, command.Currency, command.PaymentMethod, ProviderKeys.Of(command.OrderId)), context.CancellationToken);
            payment = answer switch
            {
                GatewayAnswer.Succeeded authorized => new()
                {
                    OrderId = command.OrderId,
                    Status = PaymentStatus.Authorized,
                    AmountMinor = command.AmountMinor,
                    IntentId = authorized.IntentId,
                },
                GatewayAnswer.Refused refused => new() { OrderId = command.OrderId, Status = PaymentStatus.Declined, Reason = refused.Message },
                _ => throw new ProviderUnknownException(answer),
            };
            db.Payments.Add(payment);
        }

        await context.Publish(payment.Reply());
    }
}

public sealed class CapturePaymentConsumer(ShopDb db, IPaymentGateway gateway) : IConsumer<CapturePayment>
{
    public async Task Consume(ConsumeContext<CapturePayment> context)
    {
        var payment = await db.Payments.FindAsync([context.Message.OrderId], context.CancellationToken)
            ?? throw new InvalidOperationException($"Nothing is authorized for order {context.Message.OrderId}.");
        if (payment.Status == PaymentStatus.Authorized)
        {
            var answer = await gateway.CaptureAsync(payment.IntentId!, payment.AmountMinor, ProviderKeys.Of(payment.OrderId, "capture"), context.CancellationToken);
            (payment.Status, payment.Reason) = answer switch
            {
                GatewayAnswer.Succeeded => (PaymentStatus.Captured, (string?)null),
                GatewayAnswer.Refused refused => (PaymentStatus.CaptureRejected, refused.Message),
                _ => throw new ProviderUnknownException(answer),
            };
        }

        await context.Publish(payment.Reply());
    }
}

public sealed class VoidPaymentConsumer(ShopDb db, IPaymentGateway gateway) : IConsumer<VoidPayment>
{
    public async Task Consume(ConsumeContext<VoidPayment> context)
    {
        var payment = await db.ReleaseAsync(gateway, context.Message.OrderId, PaymentStatus.Voided, context.CancellationToken);
        await context.Publish(payment.Reply());
    }
}

public sealed class RefundPaymentConsumer(ShopDb db, IPaymentGateway gateway) : IConsumer<RefundPayment>
{
    public async Task Consume(ConsumeContext<RefundPayment> context)
    {
        var payment = await db.ReleaseAsync(gateway, context.Message.OrderId, PaymentStatus.Refunded, context.CancellationToken);
        if (payment.Status == PaymentStatus.Captured)
        {
            var answer = await gateway.RefundAsync(payment.IntentId!, payment.AmountMinor, ProviderKeys.Of(payment.OrderId, "refund"), context.CancellationToken);
            payment.Status = answer is GatewayAnswer.Succeeded ? PaymentStatus.Refunded : throw new ProviderUnknownException(answer);
        }

        await context.Publish(payment.Reply());
    }
}

internal static class PaymentRelease
{
    /// <summary>Gives back what is held. A fence when there was nothing, so that an authorization that comes later is refused.</summary>
    public static async Task<Payment> ReleaseAsync(
        this ShopDb db, IPaymentGateway gateway, Guid orderId, PaymentStatus released, CancellationToken cancellationToken)
    {
        var payment = await db.Payments.FindAsync([orderId], cancellationToken);
        if (payment is null)
        {
            payment = new() { OrderId = orderId, Status = released };
            db.Payments.Add(payment);
        }
        else if (payment.Status is PaymentStatus.Authorized or PaymentStatus.CaptureRejected)
        {
            var answer = await gateway.CancelAsync(payment.IntentId!, ProviderKeys.Of(orderId, "cancel"), cancellationToken);
            payment.Status = answer is GatewayAnswer.Succeeded ? released : throw new ProviderUnknownException(answer);
        }
        else if (payment.Status == PaymentStatus.Declined)
        {
            payment.Status = released;
        }

        return payment;
    }
}

/// <summary>The same key for the same call, however often it is repeated.</summary>
internal static class ProviderKeys
{
    public static string Of(Guid orderId) => $"payment-{orderId:D}";

    public static string Of(Guid orderId, string call) => $"payment-{orderId:D}:{call}";
}

/// <summary>Nobody knows what the provider did: the message is retried, and the call under the same key with it.</summary>
internal sealed class ProviderUnknownException(GatewayAnswer answer) : Exception($"The payment provider's answer is no outcome: {answer}");
