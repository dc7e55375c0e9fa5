using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults;

/// <summary>What one module tells of itself in the overview: a few indexed queries at most, since it is asked every second.</summary>
public interface IOverviewPart
{
    /// <summary>Its name in the answer, such as <c>sagas</c>.</summary>
    string Name { get; }

    Task<object> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>How a service is doing.</summary>
/// <param name="Environment">Such as <c>Production</c>.</param>
/// <param name="Parts">What the modules of this process tell: <c>orders</c>, <c>sagas</c>, <c>payments</c>, <c>stock</c>.</param>
/// <param name="Broker">The queues that this service reads at the broker; absent in one process, where there is no broker.</param>
public sealed record OverviewResponse(
    DateTimeOffset At, string Environment, IReadOnlyList<OverviewStore> Stores, IReadOnlyDictionary<string, object> Parts, BrokerQueues? Broker);

/// <param name="Outbox">Messages that are due and not delivered.</param>
/// <param name="OutboxAgeSeconds">How long the oldest of them has been due.</param>
/// <param name="Position">Events in its log, as far as this process has met them.</param>
/// <param name="Queues">What is due and not delivered, by destination; local queues have names with <c>local:</c>.</param>
public sealed record OverviewStore(
    string Store, long Outbox, double OutboxAgeSeconds, long Parked, long Position, IReadOnlyList<OverviewProjection> Projections, IReadOnlyList<WaitingMessages> Queues);

public sealed record OverviewProjection(string Name, long LagEvents, double LagSeconds);

/// <summary>Takes one sample a second for whoever looks, however many do, and none while nobody does.</summary>
/// <param name="queues">Null where there is no broker.</param>
public sealed class OverviewSampler(
    StoreMonitor monitor, IEnumerable<IOverviewPart> parts, IBrokerQueues? queues, IHostEnvironment environment, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim sampling = new(1, 1);
    private OverviewResponse? last;

    /// <summary>How often it has asked the stores.</summary>
    public long Samples { get; private set; }

    /// <summary>The newest sample, at most a second old.</summary>
    public async Task<OverviewResponse> ReadAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
            return known;
        await sampling.WaitAsync(cancellationToken);
        try
        {
            return Fresh() ?? (last = await SampleAsync(cancellationToken));
        }
        finally
        {
            sampling.Release();
        }
    }

    /// <summary>A sample now, and each second another one.</summary>
    public async IAsyncEnumerable<OverviewResponse> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            yield return await ReadAsync(cancellationToken);
            await Task.Delay(FreshFor, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => sampling.Dispose();

    private OverviewResponse? Fresh() => last is { } known && clock.GetUtcNow() - known.At < FreshFor ? known : null;

    private async Task<OverviewResponse> SampleAsync(CancellationToken cancellationToken)
    {
        Samples++;
        var now = clock.GetUtcNow();
        var stores = new List<OverviewStore>();
        foreach (var store in monitor.Stores)
            stores.Add(await DescribeAsync(store, now, cancellationToken));
        var told = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var part in parts)
            told[part.Name] = await part.ReadAsync(cancellationToken);
        return new(now, environment.EnvironmentName, stores, told, queues is null ? null : await queues.ReadAsync(cancellationToken));
    }

    private async Task<OverviewStore> DescribeAsync(EventStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = await monitor.ReadAsync(store, cancellationToken);
        var queues = status.Outbox > 0 ? await store.Engine.ReadWaitingAsync(now, cancellationToken) : [];
        return new(
            store.Name, status.Outbox, status.OutboxAge.TotalSeconds, status.Parked, store.Position,
            [.. status.Projections.Select(lag => new OverviewProjection(lag.Projection, lag.Events, lag.Time.TotalSeconds))], queues);
    }
}
