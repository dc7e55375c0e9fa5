using Shop.PaymentSandbox.Storage;

namespace Shop.PaymentSandbox.Api;

/// <summary>Stripe's error envelope, with its types, codes and HTTP statuses.</summary>
internal static class StripeErrors
{
    private const string InvalidRequest = "invalid_request_error";

    public static Answer Declined(PaymentIntent intent) =>
        Build(402, "card_error", "card_declined", DeclineMessage(intent.DeclineCode!), declineCode: intent.DeclineCode, intent: intent);

    public static Answer UnexpectedState(PaymentIntent intent, string verb) => Build(
        400, InvalidRequest, "payment_intent_unexpected_state",
        $"This PaymentIntent could not be {verb} because it has a status of {intent.Status}.", intent: intent);

    public static Answer AuthorizationExpired(PaymentIntent intent) => Build(
        400, InvalidRequest, "capture_charge_authorization_expired",
        "The charge cannot be captured as the authorization has expired.", intent: intent);

    /// <summary>A request that Stripe turns down before it acts: nothing is kept under its idempotency key.</summary>
    public static Answer Invalid(string code, string parameter, string message) =>
        Build(400, InvalidRequest, code, message, parameter) with { IsKept = false };

    public static Answer Missing(string parameter) =>
        Invalid("parameter_missing", parameter, $"Missing required param: {parameter}.");

    public static Answer Refused(string code, string message, string? parameter = null) =>
        Build(400, InvalidRequest, code, message, parameter);

    public static Answer NoSuch(string what, string id, string parameter, int status = 404) =>
        Build(status, InvalidRequest, "resource_missing", $"No such {what}: '{id}'", parameter) with { IsKept = false };

    public static Answer UnknownRoute(string method, string path) =>
        Build(404, InvalidRequest, null, $"Unrecognized request URL ({method}: {path}).") with { IsKept = false };

    public static Answer Unauthorized() =>
        Build(401, InvalidRequest, null, "Invalid API Key provided. The sandbox takes the one test key it was started with.") with { IsKept = false };

    public static Answer KeyInUse() => Build(
        409, InvalidRequest, "idempotency_key_in_use",
        "There is currently another in-progress request using this Idempotency-Key. Please try again later.") with
    { IsKept = false };

    public static Answer KeyReused() => Build(
        400, "idempotency_error", null,
        "Keys for idempotent requests can only be used with the same parameters they were first used with.") with
    { IsKept = false };

    public static Answer Internal() =>
        Build(500, "api_error", null, "An unknown error occurred.") with { IsKept = false };

    public static string DeclineMessage(string declineCode) => declineCode == "insufficient_funds"
        ? "Your card has insufficient funds."
        : "Your card was declined.";

    private static Answer Build(
        int status, string type, string? code, string message,
        string? parameter = null, string? declineCode = null, PaymentIntent? intent = null)
    {
        var body = StripeJson.Render((type, code, message, parameter, declineCode, intent), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            if (error.code is not null) json.WriteString("code"u8, error.code);
            if (error.declineCode is not null) json.WriteString("decline_code"u8, error.declineCode);
            json.WriteString("message"u8, error.message);
            if (error.parameter is not null) json.WriteString("param"u8, error.parameter);
            if (error.intent is not null)
            {
                json.WritePropertyName("payment_intent"u8);
                StripeJson.Write(json, error.intent);
            }

            json.WriteString("type"u8, error.type);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return new Answer(status, body);
    }
}
