using Shop.Audit;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>A shop in this process, on files in a folder of its own.</summary>
internal sealed class RunningShop : IAsyncDisposable
{
    private readonly TempFolder folder;

    private RunningShop(TempFolder folder, ShopApplication application)
    {
        this.folder = folder;
        Application = application;
        Client = ShopClient.OperatorOf(application);
    }

    public ShopApplication Application { get; private set; }

    public ShopClient Client { get; private set; }

    public static async Task<RunningShop> StartAsync(params (string Key, string Value)[] settings) =>
        await StartAsync("http://127.0.0.1:0", settings);

    public static async Task<RunningShop> StartAsync(string urls, params (string Key, string Value)[] settings)
    {
        var folder = new TempFolder();
        try
        {
            return new(folder, await ShopApplication.StartAsync(
                new(urls, folder.Path, Seed: false, settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async Task RestartAsync()
    {
        Client.Dispose();
        await Application.DisposeAsync();
        Application = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false));
        Client = ShopClient.OperatorOf(Application);
    }

    /// <summary>Waits until nothing is under way, stops the shop and audits what it leaves.</summary>
    public async Task<AuditReport> StopAndAuditAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        await Quiet.WaitAsync(Application.Services, limit.Token);
        await Application.DisposeAsync();
        var report = await AuditCommand.AuditAsync(folder.Path);
        report.Violations.ShouldBeEmpty();
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Application.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>One shop for all tests of a class, which use products of their own; audited at the end.</summary>
public sealed class ShopFixture : IAsyncLifetime
{
    private RunningShop? shop;

    public ShopClient Client => shop!.Client;

    public string SandboxUrl => shop!.Application.SandboxUrl!;

    internal RunningShop Shop => shop!;

    public async Task InitializeAsync() => shop = await RunningShop.StartAsync(("Sandbox:SlowSeconds", "5"), ("Payments:Gateway:TimeoutSeconds", "30"));

    public async Task DisposeAsync()
    {
        await using (shop)
            await shop!.StopAndAuditAsync();
    }
}
