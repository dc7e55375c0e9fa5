using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Shop.PaymentSandbox.Storage;
using Shop.PaymentSandbox.Webhooks;

namespace Shop.PaymentSandbox.Api;

/// <summary>
/// What the provider does with a request: routes it, runs it once per idempotency key, and spoils the answer when a card or
/// the configured faults say so. By then the effect is durable.
/// </summary>
internal sealed class StripeApi(Ledger ledger, SandboxOptions options, WebhookSender webhooks, CancellationToken stopping)
{
    private const int LongestIdempotencyKey = 255;

    private readonly ConcurrentDictionary<string, bool> _keysInUse = new(StringComparer.Ordinal);
    private readonly PaymentIntents _intents = new(new WebhookQueue(options.Webhooks, options.TimeProvider), options.TimeProvider);
    private readonly Refunds _refunds = new(new WebhookQueue(options.Webhooks, options.TimeProvider), options.TimeProvider);
    private readonly RandomFaults _faults = new(options.Faults);
    private readonly byte[] _bearer = Encoding.UTF8.GetBytes("Bearer " + options.SecretKey);

    public async Task HandleAsync(HttpContext http)
    {
        var request = http.Request;
        if (!IsAuthorized(request)) await http.AnswerAsync(StripeErrors.Unauthorized());
        else if (HttpMethods.IsGet(request.Method)) await http.AnswerAsync(await GetAsync(request));
        else if (HttpMethods.IsPost(request.Method)) await PostAsync(http);
        else await http.AnswerAsync(StripeErrors.UnknownRoute(request.Method, request.Path));
    }

    private async Task<Answer> GetAsync(HttpRequest request)
    {
        var path = request.Path.Value!;
        if (path == "/v1/payment_intents/search") return await SearchAsync(request.Query["query"].ToString());
        return (Segment(path, 2), Segment(path, 3), Segment(path, 4)) switch
        {
            ("payment_intents", { } id, null) => await ledger.ExecuteAsync(tables => PaymentIntents.Find(tables, id)),
            ("refunds", { } id, null) => await ledger.ExecuteAsync(tables => Refunds.Find(tables, id)),
            _ => StripeErrors.UnknownRoute("GET", path),
        };
    }

    private Task<Answer> SearchAsync(string query)
    {
        // The one query the shop asks; Stripe's query language has many more.
        const string field = "metadata['order_id']:";
        var quoted = query.Replace('"', '\'').Trim();
        if (!quoted.StartsWith(field, StringComparison.Ordinal) || quoted.Length < field.Length + 3 || quoted[field.Length] != '\'' || quoted[^1] != '\'')
            return Task.FromResult(StripeErrors.Invalid("parameter_invalid_string", "query", "The sandbox knows only metadata['order_id']:'...'."));
        var orderId = quoted[(field.Length + 1)..^1];
        return ledger.ExecuteAsync(tables => new Answer(200, StripeJson.RenderSearch(tables.FindIntentsOfOrder(orderId))));
    }

    private async Task PostAsync(HttpContext http)
    {
        if (await http.Request.TryReadFormAsync() is not { } form)
        {
            await http.AnswerAsync(StripeErrors.Invalid("request_too_large", "body", "The request is too large."));
            return;
        }

        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > LongestIdempotencyKey)
            await http.AnswerAsync(StripeErrors.Invalid("idempotency_key_too_long", "Idempotency-Key", "An idempotency key has at most 255 characters."));
        else if (key.Length > 0 && !_keysInUse.TryAdd(key, true)) await http.AnswerAsync(StripeErrors.KeyInUse());
        else await PostAsync(http, form, key.Length > 0 ? key : null);
    }

    private async Task PostAsync(HttpContext http, Form form, string? key)
    {
        Answer answer;
        FaultKind fault;
        try
        {
            answer = await RunAsync(http.Request, form, key);
            fault = answer.Fault is FaultKind.None ? _faults.Next() : answer.Fault;
            if (answer.HasQueuedWebhook) webhooks.Wake();
            if (fault is FaultKind.Slow) await DelayAsync(http, options.SlowSeconds);
        }
        finally
        {
            // Free before an answer is lost on purpose: the repeat is to be answered at once.
            if (key is not null) _keysInUse.TryRemove(key, out _);
        }

        if (fault is FaultKind.TimeoutAfterCharge)
        {
            await DelayAsync(http, options.HangSeconds);
            http.Abort();
            return;
        }

        await http.AnswerAsync(fault is FaultKind.ErrorAfterCharge ? StripeErrors.Internal() : answer);
    }

    private async Task<Answer> RunAsync(HttpRequest request, Form form, string? key)
    {
        var path = request.Path.Value!;
        if (Route(path, form, key) is not { } operation) return StripeErrors.UnknownRoute("POST", path);
        try
        {
            if (key is null) return await ledger.ExecuteAsync(operation);
            var fingerprint = form.Fingerprint(path);
            return await ledger.ExecuteAsync(tables => RunOnce(tables, key, fingerprint, operation));
        }
        catch (IOException)
        {
            // The books could not be written: nothing happened, and the caller may ask again.
            return StripeErrors.Internal();
        }
    }

    private static Answer RunOnce(LedgerTables tables, string key, byte[] fingerprint, Func<LedgerTables, Answer> operation)
    {
        if (tables.FindAnswer(key) is { } kept)
        {
            return kept.Fingerprint.AsSpan().SequenceEqual(fingerprint)
                ? new Answer(kept.Status, kept.Body) { IsReplayed = true }
                : StripeErrors.KeyReused();
        }

        var answer = operation(tables);
        if (answer.IsKept) tables.SaveAnswer(key, new SavedAnswer(fingerprint, answer.Status, answer.Body));
        return answer;
    }

    private Func<LedgerTables, Answer>? Route(string path, Form form, string? key)
    {
        switch (Segment(path, 2), Segment(path, 3), Segment(path, 4))
        {
            case ("payment_intents", null, null):
                var (intent, rejection) = NewIntent.Read(form, key);
                return intent is null ? _ => rejection! : tables => _intents.Create(tables, intent);
            case ("payment_intents", { } id, "capture"):
                return tables => _intents.Capture(tables, id, form);
            case ("payment_intents", { } id, "cancel"):
                return tables => _intents.Cancel(tables, id);
            case ("refunds", null, null):
                return tables => _refunds.Create(tables, form);
            default:
                return null;
        }
    }

    private async Task DelayAsync(HttpContext http, double seconds)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await Task.Delay(TimeSpan.FromSeconds(seconds), options.TimeProvider, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsAuthorized(HttpRequest request)
    {
        var given = request.Headers.Authorization.ToString();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _bearer);
    }

    /// <summary>The n-th segment of a path such as <c>/v1/payment_intents/pi_1/capture</c>; the first is <c>v1</c>.</summary>
    private static string? Segment(string path, int number)
    {
        var start = 0;
        for (var at = 0; at < number; at++)
        {
            start = path.IndexOf('/', start) + 1;
            if (start == 0) return null;
        }

        var end = path.IndexOf('/', start);
        var segment = end < 0 ? path[start..] : path[start..end];
        return segment.Length == 0 ? null : segment;
    }
}
