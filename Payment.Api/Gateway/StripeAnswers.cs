using System.Net;

namespace Shop.Payments.Gateway;

/// <summary>What a reply of Stripe means. In doubt it is unknown: a refusal ends an order, an unknown outcome is asked again.</summary>
internal static class StripeAnswers
{
    public static bool IsUnexpectedState(StripeReply reply) =>
        reply.HttpStatus == HttpStatusCode.BadRequest && reply.Error?.Code is "payment_intent_unexpected_state" or "charge_already_captured";

    public static GatewayAnswer OfAuthorization(StripeReply reply) => reply switch
    {
        { IsObject: true, Status: "requires_capture" } => Succeeded(reply, reply.AmountMinor),
        { IsObject: true, Status: "requires_action" } => new GatewayAnswer.Refused(
            GatewayCodes.AuthenticationRequired, "The payment needs the customer's authentication.", reply.Id),
        { IsObject: true, Status: "requires_payment_method" } => Declined(reply),
        _ => Other(reply),
    };

    public static GatewayAnswer OfCapture(StripeReply reply) =>
        reply is { IsObject: true, Status: "succeeded" } ? Succeeded(reply, reply.ReceivedMinor) : Other(reply);

    public static GatewayAnswer OfCancellation(StripeReply reply) =>
        reply is { IsObject: true, Status: "canceled" } ? Succeeded(reply, reply.AmountMinor) : Other(reply);

    public static GatewayAnswer OfRefund(StripeReply reply, string intentId) => reply switch
    {
        // Stripe takes a pending refund on itself and finishes it.
        { IsObject: true, Status: "succeeded" or "pending" } =>
            new GatewayAnswer.Succeeded(reply.IntentId ?? intentId, reply.Status, reply.AmountMinor),
        { IsObject: true, Status: "failed" or "canceled" } =>
            new GatewayAnswer.Refused("refund_" + reply.Status, "The refund did not take place.", intentId),
        _ => Other(reply),
    };

    public static GatewayAnswer OfRetrieval(StripeReply reply) => reply switch
    {
        { IsObject: true, Status: "requires_capture" or "canceled" } => Succeeded(reply, reply.AmountMinor),
        { IsObject: true, Status: "succeeded" } => Succeeded(reply, reply.ReceivedMinor),
        { IsObject: true, Status: "requires_payment_method" } => Declined(reply),
        _ => Other(reply),
    };

    /// <summary>Decides a capture that met an intent in another state, by the state it is in now.</summary>
    public static GatewayAnswer OfLateCapture(StripeReply current, long amountMinor) => current switch
    {
        { IsObject: true, Status: "succeeded" } when current.ReceivedMinor == amountMinor => Succeeded(current, current.ReceivedMinor),
        { IsObject: true, Status: "succeeded" } => new GatewayAnswer.Refused(
            GatewayCodes.CapturedOtherAmount, $"The intent was captured with {current.ReceivedMinor} instead of {amountMinor}.", current.Id),
        { IsObject: true, Status: "canceled" } => new GatewayAnswer.Refused(
            GatewayCodes.AlreadyCanceled, "The intent was cancelled before the capture.", current.Id),
        { IsObject: true, Status: "requires_payment_method" } => Declined(current),
        _ => Other(current),
    };

    /// <summary>Decides a cancellation that met an intent in another state, by the state it is in now.</summary>
    public static GatewayAnswer OfLateCancellation(StripeReply current) => current switch
    {
        { IsObject: true, Status: "canceled" } => Succeeded(current, current.AmountMinor),
        { IsObject: true, Status: "succeeded" } => new GatewayAnswer.Refused(
            GatewayCodes.AlreadyCaptured, "The intent was captured before the cancellation.", current.Id),
        _ => Other(current),
    };

    private static GatewayAnswer.Succeeded Succeeded(StripeReply reply, long amountMinor) =>
        new GatewayAnswer.Succeeded(reply.Id!, reply.Status!, amountMinor);

    private static GatewayAnswer.Refused Declined(StripeReply reply) =>
        new GatewayAnswer.Refused(reply.Error?.Reason ?? "card_declined", reply.Error?.Message ?? "The payment was declined.", reply.Id);

    private static GatewayAnswer Other(StripeReply reply)
    {
        if (reply.IsObject) return new GatewayAnswer.Unknown($"The provider answered with status {reply.Status}.");
        if (reply.Error is { } error && IsFinal(reply.HttpStatus, error))
            return new GatewayAnswer.Refused(error.Reason, error.Message, error.IntentId);
        return new GatewayAnswer.Unknown($"The provider answered {(int)reply.HttpStatus} {reply.Error?.Reason}: {reply.Error?.Message}");
    }

    /// <remarks>
    /// A wrong key (401, 403) or address (404 without a code) is a mistake in the settings, and a key used for another request
    /// hides what that one did: neither says anything about this payment.
    /// </remarks>
    private static bool IsFinal(HttpStatusCode httpStatus, StripeError error) => httpStatus switch
    {
        HttpStatusCode.PaymentRequired => error.Type == "card_error",
        HttpStatusCode.BadRequest => error is { Type: "card_error" or "invalid_request_error", Code: not ("lock_timeout" or "rate_limit") },
        HttpStatusCode.NotFound => error.Code == "resource_missing",
        _ => false,
    };
}
