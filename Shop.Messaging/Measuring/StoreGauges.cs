using System.Diagnostics.Metrics;

namespace Shop.Messaging.Measuring;

/// <summary>What waits in the stores, as gauges. Every replica of a service reports the same: take the largest, not the sum.</summary>
internal sealed class StoreGauges : IPeriodicMeasurement
{
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(30);

    private readonly StoreMonitor monitor;
    private readonly TimeProvider clock;
    private readonly Instrument[] gauges;
    private volatile IReadOnlyList<StoreStatus> measured = [];

    public StoreGauges(StoreMonitor monitor, IMeterFactory meters, TimeProvider clock)
    {
        this.monitor = monitor;
        this.clock = clock;
        var meter = meters.Create(MessagingTelemetry.SourceName);
        gauges =
        [
            meter.CreateObservableGauge(
                "shop.outbox.depth", () => PerStore(status => status.Outbox), "{message}", "Messages that are due and not delivered."),
            meter.CreateObservableGauge(
                "shop.outbox.oldest_age", () => PerStore(status => status.OutboxAge.TotalSeconds), "s", "How long the oldest of them has been due."),
            meter.CreateObservableGauge("shop.parked.messages", () => PerStore(status => status.Parked), "{message}", "Messages that could not be handled."),
            meter.CreateObservableGauge(
                "shop.projection.lag", () => PerProjection(lag => lag.Events), "{event}", "Events that a projection has not applied yet."),
            meter.CreateObservableGauge(
                "shop.projection.lag_time", () => PerProjection(lag => lag.Time.TotalSeconds), "s", "How long the oldest of them has been waiting."),
        ];
    }

    public bool IsWanted => gauges.Any(gauge => gauge.Enabled);

    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var statuses = new List<StoreStatus>();
        foreach (var store in monitor.Stores)
            statuses.Add(await monitor.ReadAsync(store, cancellationToken));
        measured = statuses;
    }

    private IEnumerable<Measurement<T>> PerStore<T>(Func<StoreStatus, T> value) where T : struct =>
        Trusted().Select(status => new Measurement<T>(value(status), new KeyValuePair<string, object?>("store", status.Store)));

    private IEnumerable<Measurement<T>> PerProjection<T>(Func<ProjectionLag, T> value) where T : struct =>
        from status in Trusted()
        from lag in status.Projections
        select new Measurement<T>(
            value(lag), new KeyValuePair<string, object?>("store", status.Store), new KeyValuePair<string, object?>("projection", lag.Projection));

    /// <summary>Nothing rather than what was true once, when the database does not answer.</summary>
    private IEnumerable<StoreStatus> Trusted() => measured.Where(status => clock.GetUtcNow() - status.At < TrustedFor);
}
