using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Jobs;
using Shop.Messaging;

namespace Shop.ServiceDefaults;

/// <summary>The <c>Program</c> of a service that runs alone.</summary>
public static class ShopService
{
    /// <summary>
    /// Runs until told to stop. What keeps it from starting, a wrong setting or a database that is not there, is told in one line
    /// on standard error.
    /// </summary>
    /// <param name="add">The service's modules and its messaging.</param>
    /// <param name="map">Its routes.</param>
    /// <returns>The exit code: 1 when it could not start.</returns>
    public static async Task<int> RunAsync(string[] args, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        if (HealthProbe.IsAsked(args))
            return await HealthProbe.RunAsync(args);
        var (starting, stopping) = (true, false);
        try
        {
            var builder = WebApplication.CreateBuilder(args).UseDistributedMode().AddShopServiceDefaults();
            // Why it does not start is told here, once.
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && !Volatile.Read(ref starting));
            add(builder);
            if (builder.Services.Any(service => service.ServiceType == typeof(StoreDefinition)))
                builder.Services.AddShopJobs(builder.Configuration);
            await using var app = builder.Build();
            using var whenStarted = app.Lifetime.ApplicationStarted.Register(() => Volatile.Write(ref starting, false));
            using var whenStopping = app.Lifetime.ApplicationStopping.Register(() => Volatile.Write(ref stopping, true));
            app.UseShopServiceDefaults();
            map(app);
            await app.RunAsync();
            return 0;
        }
        catch (OperationCanceledException) when (Volatile.Read(ref stopping))
        {
            // Stopped while it was starting, such as while it waited for a database.
            return 0;
        }
        catch (Exception error) when (error is StartupException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(error is OptionsValidationException invalid ? string.Join(' ', invalid.Failures) : error.Message);
            return 1;
        }
    }
}
