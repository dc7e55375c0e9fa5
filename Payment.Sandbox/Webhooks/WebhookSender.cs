using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Shop.PaymentSandbox.Storage;

namespace Shop.PaymentSandbox.Webhooks;

/// <summary>Sends what is queued until the receiver answers 2xx, with growing pauses. Order is not kept, as with Stripe.</summary>
internal sealed class WebhookSender(Ledger ledger, SandboxOptions options) : BackgroundService
{
    private const int BatchSize = 64;
    private const int Parallelism = 8;

    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(options.Webhooks.TimeoutSeconds) };
        try
        {
            while (!stoppingToken.IsCancellationRequested) await SendDueOrWaitAsync(client, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not settled stays queued and is sent after the next start.
        }
    }

    private async Task SendDueOrWaitAsync(HttpClient client, CancellationToken stoppingToken)
    {
        try
        {
            var now = options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
            var due = await ledger.ExecuteAsync(tables => tables.DueWebhooks(now, BatchSize));
            if (due.Count == 0) await WaitAsync(stoppingToken);
            else await SendAsync(client, due, stoppingToken);
        }
        catch (IOException)
        {
            // The books cannot be read or written now; a receiver may see these webhooks again, as it must expect anyway.
            await Task.Delay(TimeSpan.FromSeconds(1), options.TimeProvider, stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        if (await ledger.ExecuteAsync(tables => tables.NextWebhookDue()) is not { } next)
        {
            await _wake.Reader.ReadAsync(stoppingToken);
            return;
        }

        var pause = DateTimeOffset.FromUnixTimeMilliseconds(next) - options.TimeProvider.GetUtcNow();
        if (pause <= TimeSpan.Zero) return;
        var woken = _wake.Reader.ReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(woken, Task.Delay(pause, options.TimeProvider, waiting.Token));
        await waiting.CancelAsync();
        stoppingToken.ThrowIfCancellationRequested();
    }

    private async Task SendAsync(HttpClient client, IReadOnlyList<QueuedWebhook> due, CancellationToken stoppingToken)
    {
        var isAccepted = new bool[due.Count];
        await Parallel.ForAsync(
            0, due.Count, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken },
            async (at, token) => isAccepted[at] = await TrySendAsync(client, due[at].Body, token));
        var now = options.TimeProvider.GetUtcNow();
        await ledger.ExecuteAsync(tables =>
        {
            for (var at = 0; at < due.Count; at++)
            {
                if (isAccepted[at]) tables.DeleteWebhook(due[at].Sequence);
                else tables.PostponeWebhook(due[at].Sequence, (now + Pause(due[at].Attempts)).ToUnixTimeMilliseconds());
            }

            return due.Count;
        });
    }

    private async Task<bool> TrySendAsync(HttpClient client, byte[] body, CancellationToken token)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Webhooks.Url);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !token.IsCancellationRequested))
        {
            return false;
        }
    }

    private string Sign(byte[] body)
    {
        var timestamp = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Webhooks.Secret), signed);
        return $"t={timestamp},v1={Convert.ToHexStringLower(signature)}";
    }

    private TimeSpan Pause(int attempts) => TimeSpan.FromSeconds(
        Math.Min(options.Webhooks.FirstPauseSeconds * Math.Pow(2, Math.Min(attempts, 30)), options.Webhooks.LongestPauseSeconds));
}
