using Microsoft.Extensions.DependencyInjection;

namespace Shop.Messaging.Measuring;

public static class MeasuringRegistration
{
    /// <summary>Adds gauges that are measured every few seconds while somebody collects them.</summary>
    public static IServiceCollection AddPeriodicMeasurement<TMeasurement>(this IServiceCollection services)
        where TMeasurement : class, IPeriodicMeasurement =>
        services.AddSingleton<IPeriodicMeasurement, TMeasurement>();

    internal static IServiceCollection AddMeasuring(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<MessagingTelemetry>()
        .AddSingleton<StoreMonitor>()
        .AddPeriodicMeasurement<StoreGauges>()
        .AddHostedService<MeasurementService>();
}
