using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Messaging.Measuring;

/// <summary>Takes the measurements that are wanted.</summary>
internal sealed partial class MeasurementService(IEnumerable<IPeriodicMeasurement> measurements, TimeProvider clock, ILogger<MeasurementService> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly IPeriodicMeasurement[] measurements = [.. measurements];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            foreach (var measurement in measurements.Where(measurement => measurement.IsWanted))
            {
                try
                {
                    await measurement.MeasureAsync(stoppingToken);
                }
#pragma warning disable CA1031 // The database may be away: others say so loudly, and a gauge without a value says it too.
                catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogNotMeasured(error, measurement.GetType().Name);
                }
            }

            await Task.Delay(Period, clock, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Measurement} was not measured.")]
    private partial void LogNotMeasured(Exception error, string measurement);
}
