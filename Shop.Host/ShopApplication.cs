using System.Net.Sockets;
using System.Security.Cryptography;
using Shop.Audit;
using Shop.Audit.Live;
using Shop.Host.Catalogue;
using Shop.Host.Jobs;
using Shop.Inventory;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.Ordering;
using Shop.Payments;
using Shop.Payments.Gateway;
using Shop.PaymentSandbox;
using Shop.PaymentSandbox.Storage;
using Shop.ServiceDefaults;
using Shop.Storefront;

namespace Shop.Host;

/// <summary>The whole shop in this process: four services on SQLite and the in-memory transport, and the payment sandbox beside them.</summary>
public sealed class ShopApplication : IAsyncDisposable
{
    private readonly DataFolder folder;
    private readonly WebApplication web;
    private readonly WebApplication? sandbox;
    private bool disposed;

    private ShopApplication(DataFolder folder, WebApplication web, WebApplication? sandbox)
    {
        this.folder = folder;
        this.web = web;
        this.sandbox = sandbox;
    }

    public IServiceProvider Services => web.Services;

    public string Url => web.Urls.First();

    /// <summary>Where the sandbox listens, or null when a real provider is configured.</summary>
    public string? SandboxUrl => sandbox?.Urls.First();

    public string Data => folder.Path;

    /// <summary>Starts everything and, on an empty store, lists the seed catalogue.</summary>
    /// <exception cref="StartException">It cannot start as asked; nothing is left running.</exception>
    public static async Task<ShopApplication> StartAsync(ShopOptions options, CancellationToken cancellationToken = default)
    {
        CheckUrls(options.Urls);
        var folder = DataFolder.Open(options.Data);
        var starting = true;
        WebApplication? sandbox = null;
        WebApplication? web = null;
        try
        {
            // Nothing watches the folder that the shop is started in: every write of a store below it would be an event.
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                ApplicationName = "Shop.Host",
                ContentRootPath = AppContext.BaseDirectory,
                Args = ["--urls", options.Urls, "--hostBuilder:reloadConfigOnChange", "false"],
            });
            builder.Configuration.AddInMemoryCollection(options.Settings ?? new Dictionary<string, string?>());
            builder.Configuration.AddInMemoryCollection([new("Shop:Data", options.Data)]);
            // Standard output is for what we say to the person; and why it cannot start, the one who asked for the start is told.
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && !Volatile.Read(ref starting));
            builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
            sandbox = await StartSandboxAsync(builder.Configuration, options, cancellationToken);
            web = Build(builder, sandbox is null ? null : ShopOptions.Ledger(options.Data));
            await web.StartAsync(cancellationToken);
            Volatile.Write(ref starting, false);
            if (options.Seed)
                await web.Services.GetRequiredService<Inventory.Inventory>().ListProductsAsync([.. SeedCatalogue.Products.Select(product => product.ToNewProduct())], cancellationToken);
            return new(folder, web, sandbox);
        }
        catch (Exception error)
        {
            if (web is not null)
                await web.DisposeAsync();
            if (sandbox is not null)
                await sandbox.DisposeAsync();
            folder.Dispose();
            throw Explain(error, options);
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => web.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        await web.StopAsync();
        await web.DisposeAsync();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        folder.Dispose();
    }

    private static WebApplication Build(WebApplicationBuilder builder, string? ledger)
    {
        builder.AddShopServiceDefaults();
        builder.Services.AddOrdering(builder.Configuration);
        builder.Services.AddInventory(builder.Configuration);
        builder.Services.AddPayments(builder.Configuration);
        builder.Services.AddOrchestration(builder.Configuration);
        builder.Services.AddJob(AuditJob.Define);
        builder.Services.AddShopJobs(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddOrderingConsumers();
            bus.AddInventoryConsumers();
            bus.AddPaymentsConsumers();
            bus.AddOrchestrationConsumers();
        });

        builder.Services.AddSingleton(Books(ledger));
        builder.AddStorefront();

        var web = builder.Build();
        web.UseShopServiceDefaults();
        web.MapOrdering();
        web.MapInventory();
        web.MapPayments();
        web.MapOrchestration();
        web.MapStorefront();
        return web;
    }

    /// <summary>The sandbox's books are a file beside ours; a real provider's are not here.</summary>
    private static ProviderBooks Books(string? ledger) => (orders, _) => Task.FromResult<IReadOnlyList<ProviderIntent>?>(
        ledger is null ? null : [.. LedgerReader.ReadOrders(ledger, orders.Select(orderId => orderId.ToString("D"))).Select(AuditCommand.ToIntent)]);

    /// <summary>With a provider's key configured, payments go there and no sandbox runs.</summary>
    private static async Task<WebApplication?> StartSandboxAsync(ConfigurationManager configuration, ShopOptions options, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.SecretKey)}"]))
            return null;

        var settings = configuration.GetSection("Sandbox").Get<SandboxOptions>() ?? new();
        settings.DataPath = ShopOptions.Ledger(options.Data);
        settings.Urls = "http://127.0.0.1:0";
        var webhookSecret = $"whsec_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        if (settings.Webhooks.Url is null && FixedUrl(options.Urls) is { } url)
        {
            settings.Webhooks.Url = $"{url}/payments/webhooks/stripe";
            settings.Webhooks.EventTypes = ["payment_intent.canceled", "charge.refunded"];
        }

        settings.Webhooks.Secret = webhookSecret;
        var sandbox = SandboxApplication.Create(settings);
        await sandbox.StartAsync(cancellationToken);
        configuration.AddInMemoryCollection(
        [
            new($"{GatewayOptions.Section}:{nameof(GatewayOptions.BaseUrl)}", sandbox.Urls.First()),
            new($"{GatewayOptions.Section}:{nameof(GatewayOptions.SecretKey)}", settings.SecretKey),
            new($"{GatewayOptions.Section}:{nameof(GatewayOptions.WebhookSecret)}", webhookSecret),
        ]);
        return sandbox;
    }

    /// <summary>Our first address when it is known before we listen.</summary>
    private static string? FixedUrl(string urls)
    {
        var first = urls.Split(';')[0].TrimEnd('/');
        return Uri.TryCreate(first, UriKind.Absolute, out var url) && url.Port != 0 && url.IsLoopback ? first : null;
    }

    /// <summary>Kestrel takes what it cannot read as a port for a part of the name, and listens on port 80 of all addresses.</summary>
    private static void CheckUrls(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).DefaultIfEmpty(""))
        {
            // * and + stand for all addresses, and are no names.
            if (!Uri.TryCreate(url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal), UriKind.Absolute, out var parsed)
                || parsed.Scheme is not ("http" or "https") || parsed.Host.Length == 0)
            {
                throw new StartException($"--urls '{url}' is not an address to listen on. Give one such as {ShopOptions.DefaultUrls}.");
            }
        }
    }

    private static Exception Explain(Exception error, ShopOptions options) => error switch
    {
        StartException => error,
        IOException { InnerException: Exception inner } when inner.GetBaseException() is SocketException || inner.Message.Contains("in use", StringComparison.Ordinal) =>
            new StartException($"Cannot listen on {options.Urls}: {inner.GetBaseException().Message}. Choose another address with --urls.", error),
        FormatException or UriFormatException => new StartException($"--urls {options.Urls} is not an address: {error.Message}", error),
        Microsoft.Extensions.Options.OptionsValidationException invalid => new StartException(string.Join(' ', invalid.Failures), error),
        InvalidOperationException => new StartException(error.Message, error),
        _ => error,
    };
}
