using Microsoft.AspNetCore.Builder;
using Shop.Messaging;

namespace Shop.ServiceDefaults;

public static class ShopRun
{
    /// <summary>Runs until told to stop; a start that cannot be is told in one line on standard error.</summary>
    /// <returns>The exit code: 1 when it could not start.</returns>
    public static async Task<int> RunShopAsync(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (StartupException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while it was starting, such as while it waited for a database.
            return 0;
        }
    }
}
