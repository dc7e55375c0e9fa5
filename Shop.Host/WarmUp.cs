using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Shop.Host.Catalogue;
using Shop.Payments.Gateway;
using Shop.ServiceDefaults.Security;
using Shop.Storefront.Accounts;

namespace Shop.Host;

/// <summary>
/// Compiles the paths of an order before customers wait for it: in the background, a second shop of this process with data
/// and a payment sandbox of its own takes two thousand orders and is thrown away.
/// </summary>
internal static class WarmUp
{
    private const int Orders = 2_000;
    private const int Buyers = 2;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>Runs until it is done or cancelled. It never fails the shop that it is for.</summary>
    /// <param name="data">Folder of the shop that it is for; it works in a folder below it, which it removes.</param>
    public static async Task RunAsync(string data, ILogger logger, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(data, ".warm-up");
        try
        {
            Remove(folder);
            // Never at a real provider, database or broker, whatever this process is configured for.
            var settings = new Dictionary<string, string?>
            {
                ["Shop:Store"] = "Sqlite",
                ["Shop:Transport"] = "InMemory",
                [$"{GatewayOptions.Section}:{nameof(GatewayOptions.SecretKey)}"] = "",
                [DemoAccounts.Setting] = "false",
                ["Shop:Jobs:Enabled"] = "false",
                ["OTEL_SDK_DISABLED"] = "true",
            };
            // What it does belongs to a trace that is not sampled: it must not show up as orders of the shop that it is for.
            using var untraced = new Activity("warm-up").Start();
            await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder, Settings: settings), cancellationToken))
                await BuyAsync(shop, cancellationToken);
            Remove(folder);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Remove(folder);
        }
#pragma warning disable CA1031 // A cold start is no reason to stop.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.WarmUpFailed(logger, error);
        }
    }

    private static async Task BuyAsync(ShopApplication shop, CancellationToken cancellationToken)
    {
        var orders = new Uri(new(shop.Url), "orders");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", shop.Services.GetRequiredService<AccessTokens>().Issue(Principals.Service("warm-up"), TokenLifetime));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Orders), new ParallelOptions { MaxDegreeOfParallelism = Buyers, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var sku = SeedCatalogue.Products[number % SeedCatalogue.Products.Count].Sku;
                var card = number % 10 == 0 ? "pm_card_chargeDeclined" : "pm_card_visa";
                using var request = new HttpRequestMessage(HttpMethod.Post, orders)
                {
                    Content = new StringContent(
                        $$"""{"customerId":"warm-up","lines":[{"sku":"{{sku}}","quantity":1}],"paymentMethod":"{{card}}"}""",
                        Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
                };
                request.Headers.Add("Idempotency-Key", $"warm-up-{number}");
                request.Headers.Add("Prefer", "wait=10");
                using var response = await client.SendAsync(request, token);
            });
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The warm-up did not finish; the first orders will be slower.")]
    public static partial void WarmUpFailed(ILogger logger, Exception error);
}
