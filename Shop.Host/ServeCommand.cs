using Shop.ServiceDefaults;
using Shop.Storefront.Accounts;

namespace Shop.Host;

/// <summary>Runs the shop until it is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(ShopOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var shop = await ShopApplication.StartAsync(options, cancellationToken);
        using var open = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var warmUp = Task.CompletedTask;
        var warmUpState = shop.Services.GetRequiredService<WarmUpState>();
        warmUpState.IsUnderWay = options.WarmUp;
        try
        {
            Welcome(shop, output);
            if (options.WarmUp)
                warmUp = WarmUpAsync(shop, warmUpState, open.Token);
            await shop.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C.
        }
        finally
        {
            await open.CancelAsync();
            await warmUp;
            await shop.DisposeAsync();
        }

        output.WriteLine("Stopped. Every order that was accepted goes on when the shop starts again.");
        return 0;
    }

    private static async Task WarmUpAsync(ShopApplication shop, WarmUpState state, CancellationToken cancellationToken)
    {
        await WarmUp.RunAsync(shop.Data, shop.Services.GetRequiredService<ILogger<ShopApplication>>(), cancellationToken);
        state.IsUnderWay = false;
    }

    private static void Welcome(ShopApplication shop, TextWriter output)
    {
        var url = shop.Url;
        output.WriteLine($"""

            Shop is open at {url}
              try out the API      {url}/docs
              products             {url}/products
              payment provider     {shop.SandboxUrl ?? "as configured in Payments:Gateway"}{(shop.SandboxUrl is null ? "" : "/sandbox/ledger  (sandbox: no real money)")}
              data                 {Path.GetFullPath(shop.Data)}
            """);
        if (shop.Services.GetRequiredService<DemoAccounts>().All.Count > 0)
            WelcomeToTryOut(url, output);
        output.WriteLine("\nCtrl-C stops it.");
    }

    private static void WelcomeToTryOut(string url, TextWriter output) => output.WriteLine($"""
          sign in as           {DemoAccounts.Customer.Email}, or to see the console {DemoAccounts.Operator.Email}; password {DemoAccounts.Password}

        Or by hand. First a token for the services, then a card that is approved, one that is declined, and what happened:

        TOKEN=$(curl -s {url}/account/token -H 'Content-Type: application/json' -d '{Credentials}' | sed -n 's/.*"accessToken":"\([^"]*\)".*/\1/p')

        curl -s -w '\n' {url}/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=10' -H "Idempotency-Key: $(date +%s%N)" -d '{OrderBody("pm_card_visa")}'

        curl -s -w '\n' {url}/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=10' -H "Idempotency-Key: $(date +%s%N)" -d '{OrderBody("pm_card_chargeDeclined")}'

        curl -s -w '\n' '{url}/orders?limit=5' -H "Authorization: Bearer $TOKEN"
        """);

    private static string Credentials => $$"""{"email":"{{DemoAccounts.Customer.Email}}","password":"{{DemoAccounts.Password}}"}""";

    private static string OrderBody(string paymentMethod) =>
        $$"""{"lines":[{"sku":"MUG-STONE-01","quantity":2}],"currency":"GBP","paymentMethod":"{{paymentMethod}}"}""";
}
