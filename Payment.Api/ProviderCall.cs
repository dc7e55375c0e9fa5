using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>One question to the provider.</summary>
/// <param name="Key">Names the call for as long as it is due; the idempotency key of all but <see cref="Retrieve"/>.</param>
public abstract record ProviderCall(ProviderCallKind Kind, string Key)
{
    public abstract Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken);

    public sealed record Authorize(Authorization Request) : ProviderCall(ProviderCallKind.Authorize, Request.IdempotencyKey)
    {
        public override Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken) =>
            gateway.AuthorizeAsync(Request, cancellationToken);
    }

    public sealed record Capture(string IntentId, long AmountMinor, string Key) : ProviderCall(ProviderCallKind.Capture, Key)
    {
        public override Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken) =>
            gateway.CaptureAsync(IntentId, AmountMinor, Key, cancellationToken);
    }

    public sealed record Cancel(string IntentId, string Key) : ProviderCall(ProviderCallKind.Cancel, Key)
    {
        public override Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken) =>
            gateway.CancelAsync(IntentId, Key, cancellationToken);
    }

    public sealed record Refund(string IntentId, long AmountMinor, string Key) : ProviderCall(ProviderCallKind.Refund, Key)
    {
        public override Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken) =>
            gateway.RefundAsync(IntentId, AmountMinor, Key, cancellationToken);
    }

    public sealed record Retrieve(string IntentId, string Key) : ProviderCall(ProviderCallKind.Retrieve, Key)
    {
        public override Task<GatewayAnswer> MakeAsync(IPaymentGateway gateway, CancellationToken cancellationToken) =>
            gateway.RetrieveAsync(IntentId, cancellationToken);
    }
}
