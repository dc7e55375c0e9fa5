using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs over OTLP, each when the standard <c>OTEL_…</c> settings name an endpoint for it. Without one
/// nothing is registered and nobody listens.
/// </summary>
/// <remarks>
/// The packages with instrumentation and with hosting are not to be had here. The framework and the libraries emit what is
/// needed by themselves, so it is subscribed to by name; <see cref="TelemetryHost"/> starts and stops the providers.
/// </remarks>
internal static class OtlpExport
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Npgsql", "Shop.*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "MassTransit", "Npgsql", "Shop.*",
    ];

    /// <summary>True when traces, metrics or logs, in the standard's spelling, are to be exported.</summary>
    public static bool Exports(this IConfiguration configuration, string signal)
    {
        var isOff = string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
            || string.Equals(configuration[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase);
        return !isOff && !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] ?? configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
    }

    public static void Add(IHostApplicationBuilder host)
    {
        var (traces, metrics, logs) = (host.Configuration.Exports("TRACES"), host.Configuration.Exports("METRICS"), host.Configuration.Exports("LOGS"));
        if (!traces && !metrics && !logs)
            return;

        var telemetry = new Builder(host.Services);
        telemetry.ConfigureResource(resource => resource.AddService(
            host.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : host.Environment.ApplicationName,
            serviceVersion: typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion));
        if (traces)
            telemetry.WithTracing(tracing => tracing.AddSource(Sources));
        if (metrics)
        {
            telemetry.WithMetrics(metering => metering.AddMeter(Meters));
            host.Services.ConfigureOpenTelemetryMeterProvider((services, metering) => LeaveOutOthers(metering, services.GetRequiredService<IMeterFactory>()));
        }

        if (logs)
        {
            telemetry.WithLogging(null, logging =>
            {
                logging.IncludeScopes = true;
                logging.IncludeFormattedMessage = true;
            });
        }

        telemetry.UseOtlpExporter();
        host.Services.AddSingleton<IHostedService, TelemetryHost>();
    }

    /// <summary>Another application of this process, such as a payment sandbox or a shop that warms up, has meters of the same names.</summary>
    private static void LeaveOutOthers(MeterProviderBuilder metering, IMeterFactory ours) => metering.AddView(instrument =>
        instrument.Meter.Scope is IMeterFactory factory && factory != ours ? MetricStreamConfiguration.Drop : null);

    private sealed class Builder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }
}
