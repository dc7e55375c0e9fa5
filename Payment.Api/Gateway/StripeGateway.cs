using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Shop.Payments.Gateway;

/// <summary>The payment intents of Stripe's API over one pooled client. Keep one instance for the life of the process.</summary>
public sealed class StripeGateway : IPaymentGateway, IDisposable
{
    private const string ApiVersion = "2024-06-20";
    private const int LargestResponseBytes = 1024 * 1024;

    private static readonly MediaTypeHeaderValue s_formEncoded = new("application/x-www-form-urlencoded");

    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;

    public StripeGateway(GatewayOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        };
        _timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        _client = new HttpClient(handler)
        {
            BaseAddress = new Uri(options.BaseUrl.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestResponseBytes,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.SecretKey);
        _client.DefaultRequestHeaders.Add("Stripe-Version", ApiVersion);
    }

    public Task<GatewayAnswer> AuthorizeAsync(Authorization request, CancellationToken ct)
    {
        var form = string.Create(
            CultureInfo.InvariantCulture,
            $"amount={request.AmountMinor}&currency={Escape(request.Currency.ToLowerInvariant())}&payment_method={Escape(request.PaymentMethod)}&confirm=true&capture_method=manual&error_on_requires_action=true&payment_method_types%5B%5D=card&metadata%5Border_id%5D={request.OrderId:D}");
        return PostAsync("v1/payment_intents", form, request.IdempotencyKey, StripeAnswers.OfAuthorization, ct);
    }

    public Task<GatewayAnswer> CaptureAsync(string intentId, long amountMinor, string idempotencyKey, CancellationToken ct)
    {
        var form = string.Create(CultureInfo.InvariantCulture, $"amount_to_capture={amountMinor}");
        return PostAsync(
            intentId, "capture", form, idempotencyKey, StripeAnswers.OfCapture,
            current => StripeAnswers.OfLateCapture(current, amountMinor), ct);
    }

    public Task<GatewayAnswer> CancelAsync(string intentId, string idempotencyKey, CancellationToken ct) =>
        PostAsync(intentId, "cancel", "", idempotencyKey, StripeAnswers.OfCancellation, StripeAnswers.OfLateCancellation, ct);

    public Task<GatewayAnswer> RefundAsync(string intentId, long amountMinor, string idempotencyKey, CancellationToken ct)
    {
        var form = string.Create(CultureInfo.InvariantCulture, $"payment_intent={Escape(intentId)}&amount={amountMinor}");
        return PostAsync("v1/refunds", form, idempotencyKey, reply => StripeAnswers.OfRefund(reply, intentId), ct);
    }

    public Task<GatewayAnswer> RetrieveAsync(string intentId, CancellationToken ct) =>
        GetAsync(intentId, StripeAnswers.OfRetrieval, ct);

    public void Dispose() => _client.Dispose();

    /// <summary>Posts to an intent. When the intent is in another state, that state decides: it tells whether this was a repeat.</summary>
    private async Task<GatewayAnswer> PostAsync(
        string intentId, string verb, string form, string idempotencyKey,
        Func<StripeReply, GatewayAnswer> answerOf, Func<StripeReply, GatewayAnswer> answerOfCurrent, CancellationToken ct)
    {
        var isInOtherState = false;
        var answer = await PostAsync($"v1/payment_intents/{Escape(intentId)}/{verb}", form, idempotencyKey, reply =>
        {
            isInOtherState = StripeAnswers.IsUnexpectedState(reply);
            return answerOf(reply);
        }, ct);
        return isInOtherState ? await GetAsync(intentId, answerOfCurrent, ct) : answer;
    }

    private async Task<GatewayAnswer> PostAsync(
        string path, string form, string idempotencyKey, Func<StripeReply, GatewayAnswer> answerOf, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
        request.Content.Headers.ContentType = s_formEncoded;
        request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await SendAsync(request, answerOf, ct);
    }

    private async Task<GatewayAnswer> GetAsync(string intentId, Func<StripeReply, GatewayAnswer> answerOf, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/payment_intents/{Escape(intentId)}");
        return await SendAsync(request, answerOf, ct);
    }

    private async Task<GatewayAnswer> SendAsync(HttpRequestMessage request, Func<StripeReply, GatewayAnswer> answerOf, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(_timeout);
        try
        {
            using var response = await _client.SendAsync(request, limited.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limited.Token);
            return answerOf(StripeReply.Read(response.StatusCode, body));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new GatewayAnswer.Unknown($"The provider did not answer within {_timeout.TotalSeconds} s.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new GatewayAnswer.Unknown($"The connection to the provider failed: {failure.Message}");
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            return new GatewayAnswer.Unknown("The provider's answer could not be read.");
        }
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
