using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Payments;
using Shop.PaymentSandbox;
using Shop.ServiceDefaults;
using Shop.Services.Tests.PaymentSandbox;
using Shop.Tests;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>The payment service as it runs: SQLite, in-memory transport, and a sandbox over HTTP.</summary>
internal sealed class RunningPayments : IAsyncDisposable
{
    public const string WebhookSecret = "whsec_test";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("shop-payments-").FullName;
    private readonly PaymentReplyProbe probe = new();
    private WebApplication app = null!;

    public RunningSandbox Sandbox { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public EventStore<PaymentsModule> Store => app.Services.GetRequiredService<EventStore<PaymentsModule>>();

    public IReadOnlyCollection<object> Replies => probe.Replies;

    /// <param name="jobsBy">The clock of a service whose jobs can be asked for; the tested ones do not run by themselves.</param>
    public static async Task<RunningPayments> StartAsync(
        double timeoutSeconds = 2, bool sendWebhooks = false, Action<SandboxOptions>? configure = null, TimeProvider? jobsBy = null)
    {
        var running = new RunningPayments();
        SandboxOptions sandboxOptions = null!;
        running.Sandbox = await RunningSandbox.StartAsync(options =>
        {
            sandboxOptions = options;
            options.Webhooks.Secret = WebhookSecret;
            // Replaced by the service's address when that is known; without one the sandbox never sends.
            options.Webhooks.Url = sendWebhooks ? "http://127.0.0.1:1" : null;
            configure?.Invoke(options);
        });
        var builder = WebApplication.CreateBuilder().AddShopServiceDefaults();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Shop:Data"] = running.folder,
            [$"Shop:Jobs:Schedules:{PaymentReconciliation.Name}"] = JobSchedule.NeverText,
            ["Payments:Gateway:BaseUrl"] = running.Sandbox.Url,
            ["Payments:Gateway:SecretKey"] = RunningSandbox.SecretKey,
            ["Payments:Gateway:WebhookSecret"] = WebhookSecret,
            ["Payments:Gateway:TimeoutSeconds"] = timeoutSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(running.probe);
        builder.Services.AddPayments(builder.Configuration);
        if (jobsBy is not null)
        {
            builder.Services.AddSingleton(jobsBy);
            builder.Services.AddShopJobs(builder.Configuration);
        }

        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddPaymentsConsumers();
            bus.AddServiceEndpoint<PaymentsModule>("payment-replies", endpoint => endpoint.Consumer<PaymentReplyConsumer>());
        });
        running.app = builder.Build().UseShopServiceDefaults();
        running.app.MapPayments();
        await running.app.StartAsync();
        running.Client = new HttpClient { BaseAddress = new(running.app.Urls.First()) }.SignIn(running.app.Services.OperatorToken());
        if (sendWebhooks)
            sandboxOptions.Webhooks.Url = $"{running.app.Urls.First()}/payments/webhooks/stripe";
        return running;
    }

    public Task TryAsync(Guid orderId, string card = "pm_card_visa", long amountMinor = 4_200) =>
        SendAsync(new AuthorizePayment { OrderId = orderId, AmountMinor = amountMinor, Currency = "GBP", PaymentMethod = card });

    public Task SendAsync<T>(T command) where T : class => Store.ExecuteAsync(async unit =>
    {
        await app.Services.GetRequiredService<IMessageOutbox>().SendAsync(unit, Queues.Payment, command);
        return true;
    });

    public async Task<T> ReplyAsync<T>(Func<T, Guid> orderIdOf, Guid orderId) where T : class
    {
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Patience;)
        {
            if (probe.Replies.OfType<T>().FirstOrDefault(reply => orderIdOf(reply) == orderId) is { } reply)
                return reply;
            await Task.Delay(10);
        }

        var waiting = await Store.Engine.ReadOutboxAsync(100, CancellationToken.None);
        var parked = await Store.Engine.ReadParkedAsync(100, CancellationToken.None);
        throw new TimeoutException(
            $"No {typeof(T).Name}: {(await Store.ReadAsync(Payment.Aggregate, orderId)).State}; {waiting.Count} messages wait, {parked.Count} parked: {string.Join("; ", parked.Select(message => message.Reason))}");
    }

    public Task<Payment> StateAsync(Guid orderId, Func<Payment, bool> condition) =>
        Store.WaitForAsync(Payment.Aggregate, orderId, condition, Patience);

    public Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Sandbox.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

public sealed class PaymentReplyProbe
{
    public ConcurrentQueue<object> Replies { get; } = [];
}

public sealed class PaymentReplyConsumer(PaymentReplyProbe probe) :
    IConsumer<PaymentAuthorized>, IConsumer<PaymentDeclined>, IConsumer<PaymentCaptured>, IConsumer<PaymentCaptureRejected>, IConsumer<PaymentVoided>,
    IConsumer<PaymentRefunded>, IConsumer<PaymentPartRefunded>
{
    public Task Consume(ConsumeContext<PaymentAuthorized> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentDeclined> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentCaptured> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentCaptureRejected> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentVoided> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentRefunded> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<PaymentPartRefunded> context) => Keep(context.Message);

    private Task Keep(object reply)
    {
        probe.Replies.Enqueue(reply);
        return Task.CompletedTask;
    }
}
