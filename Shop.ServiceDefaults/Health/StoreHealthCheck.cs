using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.EventSourcing;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Health;

/// <summary>Unhealthy when the database does not answer; degraded when what should leave it, or be read from it, is late.</summary>
internal sealed class StoreHealthCheck(EventStore store, StoreMonitor monitor, HealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        StoreStatus status;
        try
        {
            // Not only by the token: a database that was stopped half way through an answer would not notice it.
            status = await monitor.ReadAsync(store, cancellationToken).WaitAsync(options.Timeout, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, the database cannot be used, and that is what we are asked.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return HealthCheckResult.Unhealthy($"The database of {store.Name} does not answer: {error.GetBaseException().Message}", error);
        }

        var late = Late(status).ToList();
        return late.Count == 0
            ? HealthCheckResult.Healthy("The database answers, and nothing is late.", Data(status))
            : HealthCheckResult.Degraded(string.Join(' ', late), data: Data(status));
    }

    private IEnumerable<string> Late(StoreStatus status)
    {
        if (status.OutboxAge > options.OutboxAge)
            yield return $"{status.Outbox} messages wait to be sent, the oldest for {status.OutboxAge.TotalSeconds:0} s.";
        foreach (var lag in status.Projections.Where(lag => lag.Time > options.ProjectionLag))
            yield return $"Projection {lag.Projection} is {lag.Events} events behind, the oldest {lag.Time.TotalSeconds:0} s old.";
    }

    private static Dictionary<string, object> Data(StoreStatus status)
    {
        var data = new Dictionary<string, object>
        {
            ["outboxMessages"] = status.Outbox,
            ["outboxAgeSeconds"] = Math.Round(status.OutboxAge.TotalSeconds, 3),
            ["parkedMessages"] = status.Parked,
        };
        foreach (var lag in status.Projections)
        {
            data[$"{lag.Projection}.lagEvents"] = lag.Events;
            data[$"{lag.Projection}.lagSeconds"] = Math.Round(lag.Time.TotalSeconds, 3);
        }

        return data;
    }
}
