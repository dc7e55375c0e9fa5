using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can take requests. Degraded answers 200, because to take
/// a service away that is late only makes the others later; unhealthy answers 503.
/// </summary>
/// <remarks>
/// A broker that is away makes a service degraded and no more: orders are accepted into the outbox, and go on when it is back.
/// </remarks>
internal static class HealthEndpoints
{
    private const string Ready = "ready";
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static void Add(IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(HealthOptions.Section).Get<HealthOptions>() ?? new();
        builder.Services.AddSingleton(options).AddHealthChecks();
        builder.Services.AddOptions<HealthCheckServiceOptions>().PostConfigure<IServiceProvider>((checks, provider) =>
        {
            foreach (var bus in checks.Registrations.Where(check => check.Tags.Contains("masstransit")))
                (bus.Name, bus.FailureStatus, bus.Timeout) = ("broker", HealthStatus.Degraded, options.Timeout);
            if (provider.GetService<StoreMonitor>() is { } monitor)
            {
                foreach (var store in monitor.Stores)
                    checks.Registrations.Add(new($"store {store.Name}", new StoreHealthCheck(store, monitor, options), HealthStatus.Unhealthy, [Ready]));
            }

            var lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
            checks.Registrations.Add(new("process", _ => new ProcessHealthCheck(lifetime), HealthStatus.Unhealthy, [Ready]));
        });
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").ExcludeFromDescription().AllowAnonymous();
        health.MapHealthChecks("/live", new() { Predicate = _ => false, ResponseWriter = WriteAsync });
        health.MapHealthChecks("/ready", new() { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
    }

    private static async Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Indented);
        json.WriteStartObject();
        json.WriteString("status", Name(report.Status));
        json.WriteNumber("durationMs", Math.Round(report.TotalDuration.TotalMilliseconds, 1));
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", Name(entry.Status));
            json.WriteNumber("durationMs", Math.Round(entry.Duration.TotalMilliseconds, 1));
            json.WriteString("description", entry.Description);
            if (entry.Data.Count > 0)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(JsonSerializer.Serialize(entry.Data, JsonSerializerOptions.Web));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    /// <summary>Balancers are to look elsewhere while the process finishes what it has begun.</summary>
    private sealed class ProcessHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Unhealthy("The process is stopping.")
                : HealthCheckResult.Healthy("The process runs."));
    }
}
