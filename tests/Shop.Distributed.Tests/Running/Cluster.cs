using System.Globalization;
using System.Security.Cryptography;
using Shop.Tests;

namespace Shop.Distributed.Tests.Running;

internal sealed record ClusterOptions
{
    public static ClusterOptions AsShipped { get; } = new();

    /// <summary>Processes per service.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>Services of <see cref="Service"/> that the drill starts itself.</summary>
    public IReadOnlyList<string> Later { get; init; } = [];

    /// <summary>Settings of every service, in the form of environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where a replica of a service finds the broker, such as a proxy's port; null: the broker's own.</summary>
    public Func<string, int, int?> BrokerPort { get; init; } = (_, _) => null;

    /// <summary>Where a replica of a service finds the database server; null: the server's own port.</summary>
    public Func<string, int, int?> DatabasePort { get; init; } = (_, _) => null;
}

/// <summary>The whole shop as separate processes, on databases and a virtual host that were empty when it started.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>
    /// What a dead process leaves behind is taken over soon, so that a drill need not wait for it; and the running audit says soon what it holds against an order.
    /// </summary>
    private static readonly Dictionary<string, string?> Defaults = new() { ["Shop__Messaging__ClaimDuration"] = "00:00:05", ["Audit__PatienceSeconds"] = "2" };

    private readonly string folder = Directory.CreateTempSubdirectory("shop-drill-").FullName;
    private readonly string masterKey = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    private readonly Dictionary<string, ServiceProcess[]> services = [];
    private readonly Dictionary<string, ServiceClient> clients = [];

    private Cluster(DrillServers servers, ClusterOptions options)
    {
        Servers = servers;
        Options = options;
    }

    public DrillServers Servers { get; }

    public ClusterOptions Options { get; }

    /// <summary>Of the shop's account at the sandbox.</summary>
    public string ProviderKey { get; } = $"sk_test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    public string OperatorToken { get; private set; } = "";

    public ServiceProcess Sandbox { get; private set; } = null!;

    /// <summary>Every replica of every service; the sandbox is not ours and not among them.</summary>
    public IReadOnlyList<ServiceProcess> Replicas => [.. services.Values.SelectMany(replicas => replicas)];

    public IEnumerable<ServiceProcess> Processes => Replicas.Append(Sandbox);

    /// <summary>Connection strings by service.</summary>
    public IReadOnlyDictionary<string, string> Databases { get; private set; } = new Dictionary<string, string>();

    /// <summary>The folder of the keys that all services share.</summary>
    public string Keys => Path.Combine(folder, "keys");

    public string LedgerFile => Path.Combine(folder, "payment-sandbox.db");

    public static async Task<Cluster> StartAsync(DrillServers servers, ClusterOptions options)
    {
        var cluster = new Cluster(servers, options);
        try
        {
            await cluster.PrepareAsync();
            var later = options.Later.SelectMany(service => cluster.services[service]);
            await Task.WhenAll(cluster.Processes.Except(later).Select(process => process.StartUntilReadyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The replicas of one service of <see cref="Service"/>.</summary>
    public IReadOnlyList<ServiceProcess> ReplicasOf(string service) => services[service];

    public ServiceClient ClientOf(string service) => clients[service];

    /// <summary>Every order that was acknowledged here, in whichever drill.</summary>
    public List<Guid> Orders { get; } = [];

    /// <summary>Lists the products of a run, and waits until ordering knows their prices.</summary>
    public async Task ListProductsAsync(int run)
    {
        var products = OrderPlan.Products(run);
        foreach (var (sku, units) in products)
            await ClientOf(Service.Inventory).PostAsync("/products", $$"""{"sku":"{{sku}}","name":"{{sku}}","unitPriceMinor":1000,"currency":"GBP","initialStock":{{units}}}""");
        foreach (var sku in products.Keys)
            await Eventually.SoAsync(() => IsPricedAsync(sku), () => $"the price of {sku} is known");
    }

    /// <summary>SIGTERM to all of them at once; each must exit with 0.</summary>
    public async Task StopAsync()
    {
        var exits = await Task.WhenAll(Processes.Where(process => process.IsRunning).Select(async process => (process.Name, ExitCode: await process.TerminateAsync())));
        exits.Where(exit => exit.ExitCode != 0).ShouldBeEmpty("Each process exits with 0 after SIGTERM.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
            client.Dispose();
        foreach (var process in Processes.Where(process => process is not null))
            await process.DisposeAsync();
        KeepLogs();
        Directory.Delete(folder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        await Servers.Broker.EmptyAsync();
        var databases = new Dictionary<string, string>();
        foreach (var service in Service.All)
            databases[service.Name] = await Servers.Database.CreateDatabaseAsync($"shop_{service.Name}");
        Databases = databases;

        Sandbox = new("Payment.Sandbox", 1, "/", folder, new Dictionary<string, string?>
        {
            ["Sandbox__DataPath"] = LedgerFile,
            ["Sandbox__SecretKey"] = ProviderKey,
        });
        OperatorToken = TestTokens.OperatorTokenOf(Keys);
        // Order.Api last: it is told where the others are.
        foreach (var service in Service.All.OrderBy(service => service.Name == Service.Order))
        {
            services[service.Name] = [.. Enumerable.Range(1, Options.Replicas).Select(replica =>
                new ServiceProcess(service.Project, replica, "/health/ready", folder, SettingsOf(service, replica)))];
            clients[service.Name] = new(services[service.Name], OperatorToken);
        }
    }

    private Dictionary<string, string?> SettingsOf(Service service, int replica) => new(
        Options.Settings.Concat(Defaults).Concat(ServerFactory.StoreSettings).Concat(Addresses()).DistinctBy(setting => setting.Key).ToDictionary())
    {
        ["Logging__Console__FormatterName"] = "simple",
        ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
        ["Logging__Console__FormatterOptions__SingleLine"] = "true",
        ["Shop__Transport"] = "RabbitMq",
        ["ConnectionStrings__rabbitmq"] = Servers.Broker.ConnectionString(service.Name, Options.BrokerPort(service.Name, replica)),
        [$"ConnectionStrings__{service.Name}"] = DatabaseOf(service.Name, Options.DatabasePort(service.Name, replica)),
        ["Payments__Gateway__BaseUrl"] = Sandbox.Url,
        ["Payments__Gateway__SecretKey"] = ProviderKey,
        ["Shop__PersonalData__MasterKey"] = masterKey,
        ["Shop__Keys"] = Keys,
    };

    private Dictionary<string, string?> Addresses() =>
        services.ToDictionary(service => $"Shop__Services__{service.Key}", service => (string?)service.Value[0].Url);

    private string DatabaseOf(string service, int? port) => port is { } other ? Servers.Database.Through(Databases[service], other) : Databases[service];

    private void KeepLogs()
    {
        if (DrillOptions.Logs is null)
            return;
        var kept = Directory.CreateDirectory(Path.Combine(DrillOptions.Logs, Path.GetFileName(folder)));
        foreach (var log in Directory.GetFiles(folder, "*.log"))
            File.Copy(log, Path.Combine(kept.FullName, Path.GetFileName(log)));
    }

    private async Task<bool> IsPricedAsync(string sku)
    {
        // A price of nothing is lower than any: once there is one, the order is refused with it.
        var body = $$"""{"lines":[{"sku":"{{sku}}","quantity":1,"unitPriceMinor":0}],"currency":"GBP","paymentMethod":"pm_card_visa"}""";
        var key = string.Create(CultureInfo.InvariantCulture, $"price-of-{sku}-{Guid.CreateVersion7()}");
        return await ClientOf(Service.Order).SendAsync(HttpMethod.Post, "/orders", body, ("Idempotency-Key", key)) is { Status: 409 };
    }
}
