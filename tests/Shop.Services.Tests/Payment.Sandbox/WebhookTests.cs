using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Shop.Payments.Gateway;
using Shop.PaymentSandbox;

namespace Shop.Services.Tests.PaymentSandbox;

public sealed class WebhookTests : IAsyncLifetime
{
    private const string Secret = "whsec_test";

    private readonly Channel<(string Header, byte[] Body)> _received = Channel.CreateUnbounded<(string, byte[])>();
    private WebApplication _receiver = null!;
    private int _refusals;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.Run(ReceiveAsync);
        await _receiver.StartAsync();
    }

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task Every_effect_is_told_by_a_signed_webhook()
    {
        await using var sandbox = await StartAsync();
        var intent = await sandbox.Client.AuthorizeAsync("pm_card_visa");
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.amount_capturable_updated");
        await sandbox.Client.CaptureAsync(intent.Id);
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.succeeded");
        await sandbox.Client.RefundAsync(intent.Id, 1000);
        (await ReceiveTypeAsync()).ShouldBe("charge.refunded");
        await sandbox.Client.AuthorizeAsync("pm_card_chargeDeclined");
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.payment_failed");
        var other = await sandbox.Client.AuthorizeAsync("pm_card_visa");
        await ReceiveTypeAsync();
        await sandbox.Client.CancelAsync(other.Id);
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.canceled");
    }

    [Fact]
    public async Task A_webhook_that_is_not_taken_is_sent_again()
    {
        _refusals = 3;
        await using var sandbox = await StartAsync();
        await sandbox.Client.AuthorizeAsync("pm_card_visa");
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.amount_capturable_updated");
        _refusals.ShouldBeLessThan(0);
    }

    [Fact]
    public async Task A_webhook_that_was_not_taken_is_sent_after_a_restart()
    {
        _refusals = int.MaxValue;
        await using var sandbox = await StartAsync();
        await sandbox.Client.AuthorizeAsync("pm_card_visa");
        _refusals = 0;
        await sandbox.RestartAsync();
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.amount_capturable_updated");
    }

    [Fact]
    public async Task Only_the_wanted_events_are_sent()
    {
        await using var sandbox = await StartAsync("payment_intent.succeeded");
        var intent = await sandbox.Client.AuthorizeAsync("pm_card_visa");
        await sandbox.Client.CaptureAsync(intent.Id);
        (await ReceiveTypeAsync()).ShouldBe("payment_intent.succeeded");
    }

    private Task<RunningSandbox> StartAsync(params string[] eventTypes) => RunningSandbox.StartAsync(options =>
        options.Webhooks = new WebhookOptions
        {
            Url = _receiver.Urls.First() + "/webhooks",
            Secret = Secret,
            EventTypes = eventTypes,
            FirstPauseSeconds = 0.05,
            LongestPauseSeconds = 0.2,
        });

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            http.Response.StatusCode = 503;
            return;
        }

        _received.Writer.TryWrite((http.Request.Headers["Stripe-Signature"].ToString(), body.ToArray()));
    }

    private async Task<string> ReceiveTypeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (header, body) = await _received.Reader.ReadAsync(patience.Token);
        WebhookSignature.Verify(header, body, Secret, TimeProvider.System.GetUtcNow(), WebhookSignature.DefaultTolerance).ShouldBeTrue();
        return JsonDocument.Parse(body).RootElement.GetProperty("type").GetString()!;
    }
}
