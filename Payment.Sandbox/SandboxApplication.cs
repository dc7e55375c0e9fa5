using System.Diagnostics;
using Shop.PaymentSandbox.Api;
using Shop.PaymentSandbox.Storage;
using Shop.PaymentSandbox.Webhooks;

namespace Shop.PaymentSandbox;

/// <summary>
/// The sandbox as an application of its own, which a host may start inside its process. It shares nothing with the host:
/// own configuration, own ledger, no logging, no handling of the process's signals.
/// </summary>
public static class SandboxApplication
{
    /// <summary>Opens the ledger and builds the application; start it with <c>StartAsync</c>, read the address from <c>Urls</c>, end it with <c>DisposeAsync</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or wrong; the message names it.</exception>
    public static WebApplication Create(SandboxOptions options)
    {
        options.Validate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Payment.Sandbox" });
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        // Its requests belong to somebody else's process and must not show up in the traces of the host.
        builder.Services.AddSingleton(new ActivitySource("Payment.Sandbox"));
        builder.Services.AddSingleton(_ => Ledger.Open(options.DataPath));
        builder.Services.AddSingleton(services => new WebhookSender(services.GetRequiredService<Ledger>(), options));
        if (options.Webhooks.Url is not null) builder.Services.AddHostedService(services => services.GetRequiredService<WebhookSender>());

        var app = builder.Build();
        var api = new StripeApi(
            app.Services.GetRequiredService<Ledger>(), options, app.Services.GetRequiredService<WebhookSender>(), app.Lifetime.ApplicationStopping);
        app.Run(http => http.Request.Path.Value switch
        {
            "/" => LedgerEndpoints.DescribeAsync(http),
            "/sandbox/ledger" => LedgerEndpoints.ListAsync(http, options.DataPath),
            "/sandbox/ledger/summary" => LedgerEndpoints.SummarizeAsync(http, options.DataPath),
            _ => api.HandleAsync(http),
        });
        return app;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
