namespace Shop.Storefront.Clients.Operations;

/// <param name="Broker">Null where there is no broker: the whole shop is one process.</param>
public sealed record Overview(DateTimeOffset At, string Environment, IReadOnlyList<OverviewStore> Stores, OverviewParts Parts, OverviewBroker? Broker);

/// <param name="Away">Why the broker could not be asked; null when it answered.</param>
public sealed record OverviewBroker(IReadOnlyList<BrokerQueue> Queues, string? Away);

/// <param name="Messages">Null, as <paramref name="Consumers"/>: there is no such queue yet.</param>
public sealed record BrokerQueue(string Name, long? Messages, long? Consumers);

public sealed record OverviewStore(
    string Store, long Outbox, double OutboxAgeSeconds, long Parked, long Position, IReadOnlyList<OverviewProjection> Projections, IReadOnlyList<WaitingQueue> Queues);

public sealed record OverviewProjection(string Name, long LagEvents, double LagSeconds);

public sealed record WaitingQueue(string Destination, long Messages, DateTimeOffset OldestSince);

/// <summary>Null where the service that was asked does not know.</summary>
public sealed record OverviewParts(OrdersPart? Orders, SagasPart? Sagas, PaymentsPart? Payments, StockPart? Stock);

/// <param name="Ended">In steps of ten seconds, the oldest first.</param>
public sealed record OrdersPart(int PerMinute, double? P50Seconds, double? P99Seconds, IReadOnlyList<OrdersEnded> Ended);

public sealed record OrdersEnded(DateTimeOffset From, int Confirmed, int Rejected, int Cancelled);

public sealed record SagasPart(IReadOnlyDictionary<string, long> UnderWay, long NeedingAttention);

public sealed record PaymentsPart(long UnknownOutcomes, long NeedingAttention);

public sealed record StockPart(int Threshold, long Count, IReadOnlyList<StockAtRisk> Products);

public sealed record StockAtRisk(string Sku, long OnHand, long Reserved, long Available);

/// <summary>How the services are doing, second by second.</summary>
public sealed class OverviewClient(ServiceCaller caller, ServiceAddresses addresses)
{
    /// <summary>The services to ask for everything: one when it is the whole shop.</summary>
    public IReadOnlyList<string> Services => addresses.IsOneProcess ? [ServiceAddresses.Order] : ServiceAddresses.All;

    public IAsyncEnumerable<Overview> FollowAsync(string service, CancellationToken cancellationToken) =>
        caller.StreamAsync<Overview>(service, "overview/live", cancellationToken);

    /// <summary>What the services said last, as one.</summary>
    public static Overview Merge(IReadOnlyCollection<Overview> overviews) => new(
        overviews.Max(overview => overview.At), overviews.First().Environment, [.. overviews.SelectMany(overview => overview.Stores)],
        new(
            overviews.Select(overview => overview.Parts.Orders).FirstOrDefault(part => part is not null),
            overviews.Select(overview => overview.Parts.Sagas).FirstOrDefault(part => part is not null),
            overviews.Select(overview => overview.Parts.Payments).FirstOrDefault(part => part is not null),
            overviews.Select(overview => overview.Parts.Stock).FirstOrDefault(part => part is not null)),
        Merge([.. overviews.Select(overview => overview.Broker).OfType<OverviewBroker>()]));

    private static OverviewBroker? Merge(IReadOnlyCollection<OverviewBroker> told) => told.Count == 0
        ? null
        : new([.. told.SelectMany(broker => broker.Queues).OrderBy(queue => queue.Name, StringComparer.Ordinal)], told.Select(broker => broker.Away).FirstOrDefault(away => away is not null));
}
