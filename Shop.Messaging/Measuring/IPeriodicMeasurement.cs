namespace Shop.Messaging.Measuring;

/// <summary>Gauges that take a query: asked every few seconds while somebody collects them, never by the collection itself.</summary>
public interface IPeriodicMeasurement
{
    /// <summary>Whether somebody collects them now.</summary>
    bool IsWanted { get; }

    Task MeasureAsync(CancellationToken cancellationToken);
}
