using Shop.Payments.Gateway;
using Shop.PaymentSandbox;

namespace Shop.Comparison.Payments;

/// <summary>Shop's payment sandbox in this process, asked over HTTP by Shop's own client, as in Shop.Host.</summary>
internal sealed class PaymentProvider : IAsyncDisposable
{
    private readonly WebApplication sandbox;
    private readonly StripeGateway gateway;
    private readonly string? temporary;

    private PaymentProvider(WebApplication sandbox, StripeGateway gateway, string? temporary)
    {
        this.sandbox = sandbox;
        this.gateway = gateway;
        this.temporary = temporary;
    }

    public IPaymentGateway Gateway => gateway;

    /// <param name="folder">Of the sandbox's ledger; null: a temporary one.</param>
    public static async Task<PaymentProvider> StartAsync(string? folder)
    {
        var temporary = folder is null ? Directory.CreateTempSubdirectory("shop-comparison-").FullName : null;
        var options = new SandboxOptions { DataPath = Path.Combine(folder ?? temporary!, "payment-sandbox.db") };
        var sandbox = SandboxApplication.Create(options);
        await sandbox.StartAsync();
        return new(sandbox, new(new() { BaseUrl = sandbox.Urls.First(), SecretKey = options.SecretKey }), temporary);
    }

    public async ValueTask DisposeAsync()
    {
        gateway.Dispose();
        await sandbox.DisposeAsync();
        if (temporary is not null)
            Directory.Delete(temporary, recursive: true);
    }
}
