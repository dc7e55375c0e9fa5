using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Shop.Payments.Gateway;
using Shop.PaymentSandbox;
using Shop.PaymentSandbox.Storage;

namespace Shop.Services.Tests.PaymentSandbox;

/// <summary>A sandbox on a free port with its ledger in a folder of its own.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    public const string SecretKey = "sk_test_shop_sandbox";

    private readonly Action<SandboxOptions> _configure;
    private readonly string _folder = Directory.CreateTempSubdirectory("shop-sandbox-").FullName;
    private WebApplication? _app;

    private RunningSandbox(Action<SandboxOptions> configure) => _configure = configure;

    public string DataPath => Path.Combine(_folder, "ledger.db");

    public HttpClient Client { get; private set; } = null!;

    public string Url => _app!.Urls.First();

    public IReadOnlyList<LedgerRecord> Ledger => LedgerReader.ReadAll(DataPath);

    public static async Task<RunningSandbox> StartAsync(Action<SandboxOptions>? configure = null)
    {
        var sandbox = new RunningSandbox(configure ?? (_ => { }));
        await sandbox.StartAgainAsync();
        return sandbox;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    public StripeGateway Gateway(double timeoutSeconds = 10) =>
        new(new GatewayOptions { BaseUrl = Url, SecretKey = SecretKey, TimeoutSeconds = timeoutSeconds });

    public static HttpClient ClientOf(string url)
    {
        var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SecretKey);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAgainAsync()
    {
        var options = new SandboxOptions { DataPath = DataPath, SlowSeconds = 0.3 };
        _configure(options);
        _app = SandboxApplication.Create(options);
        await _app.StartAsync();
        Client = ClientOf(Url);
    }

    public async Task StopAsync()
    {
        if (_app is not { } running)
            return;
        _app = null;
        Client.Dispose();
        await running.StopAsync();
        await running.DisposeAsync();
    }
}

internal sealed record Response(int Status, string Body, bool IsReplayed)
{
    public string Id => Text("id");

    public string State => Text("status");

    public string Code => Error("code");

    public string Text(string property) => JsonDocument.Parse(Body).RootElement.GetProperty(property).GetString()!;

    public long Number(string property) => JsonDocument.Parse(Body).RootElement.GetProperty(property).GetInt64();

    public string Error(string property) => JsonDocument.Parse(Body).RootElement.GetProperty("error").GetProperty(property).GetString()!;

    public JsonElement ErrorIntent => JsonDocument.Parse(Body).RootElement.GetProperty("error").GetProperty("payment_intent");
}

internal static class SandboxRequests
{
    public static Task<Response> AuthorizeAsync(
        this HttpClient client, string card, string? key = null, long amountMinor = 1000, string orderId = "o-1", CancellationToken ct = default) =>
        client.SubmitAsync("/v1/payment_intents", key, ct, ("amount", $"{amountMinor}"), ("currency", "eur"), ("payment_method", card),
            ("confirm", "true"), ("capture_method", "manual"), ("metadata[order_id]", orderId));

    public static Task<Response> CaptureAsync(this HttpClient client, string intentId, string? key = null) =>
        client.SubmitAsync($"/v1/payment_intents/{intentId}/capture", key, default);

    public static Task<Response> CancelAsync(this HttpClient client, string intentId, string? key = null) =>
        client.SubmitAsync($"/v1/payment_intents/{intentId}/cancel", key, default);

    public static Task<Response> RefundAsync(this HttpClient client, string intentId, long amountMinor, string? key = null) =>
        client.SubmitAsync("/v1/refunds", key, default, ("payment_intent", intentId), ("amount", $"{amountMinor}"));

    public static async Task<Response> SubmitAsync(
        this HttpClient client, string path, string? key, CancellationToken ct, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request, ct);
        return await ReadAsync(response);
    }

    public static async Task<Response> ReadAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return await ReadAsync(response);
    }

    private static async Task<Response> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Contains("Idempotent-Replayed"));
}
