using Shop.Audit.Checks;
using Shop.Audit.Facts;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Live;

/// <summary>One service's log, and how far it was followed.</summary>
public sealed class FollowedStore(string name, IFollowedLog log)
{
    /// <summary>Of the service: <c>order</c>, <c>inventory</c>, <c>payment</c> or <c>saga</c>.</summary>
    public string Name => name;

    internal IFollowedLog Log => log;

    internal long Position { get; set; }

    internal long Head { get; set; }

    internal DateTimeOffset LastRecordedAt { get; set; }

    internal bool IsExhausted { get; set; }
}

/// <param name="Patience">An order that has not ended, or does not agree, is not held against the shop before nothing has happened to it for so long.</param>
/// <param name="MostKept">So many violated orders are kept with their evidence; more are only counted.</param>
public sealed record LiveAuditOptions(TimeSpan Patience, int MostKept = 1_000);

/// <summary>
/// Checks the four promises while orders run: follows the logs by the time of their events, keeps what it knows of orders under way, and
/// forgets each that has ended as promised. Violations are told once everything was read, and go away when they are mended.
/// </summary>
/// <param name="stores">The one of the orders first.</param>
/// <param name="readProvider">The provider's books on some orders; where there are none to read, the shop's own are taken for them.</param>
public sealed class LiveAudit(IReadOnlyList<FollowedStore> stores, ProviderBooks readProvider, LiveAuditOptions options, TimeProvider clock)
{
    private const int Batch = 500;
    private const int EvidenceLines = 60;
    private const int MostFindings = 500;

    private readonly LiveFacts facts = new(stores);
    private readonly Dictionary<Guid, List<LiveViolation>> ofOrders = [];
    private readonly Dictionary<string, LiveViolation> ofStock = new(StringComparer.Ordinal);
    private readonly List<LiveViolation> findings = [];
    private long greenOrders;
    private long healed;
    private long notKept;
    private bool providerChecked = true;
    private volatile LiveAuditReport? report;

    /// <summary>As of the last check.</summary>
    public LiveAuditReport Report => report ?? Describe(caughtUp: false);

    /// <summary>Reads one batch of the log that is furthest behind in time; when there is nothing to read, or often enough, checks.</summary>
    /// <returns>False when everything has been read, or something cannot be read now, as the report says: then pause.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var caughtUp = await AdvanceAsync(cancellationToken);
            report = Describe(caughtUp);
            return !caughtUp;
        }
        catch (SourceAwayException away)
        {
            report = Describe(caughtUp: false) with { WaitsFor = away.Message };
            return false;
        }
    }

    private async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        // One after the other, and the orders' first: what led to an order's end is in the other logs by then.
        foreach (var store in stores)
            store.Head = await store.Log.ReadHeadAsync(cancellationToken);
        foreach (var store in stores)
            store.IsExhausted = store.Position >= store.Head;
        var read = 0;
        while (read < Batch * 8 && stores.Where(store => !store.IsExhausted).MinBy(store => store.LastRecordedAt) is { } behind)
            read += await ReadAsync(behind, cancellationToken);
        var caughtUp = stores.All(store => store.IsExhausted);
        await CheckAsync(caughtUp, cancellationToken);
        return caughtUp;
    }

    private async Task<int> ReadAsync(FollowedStore store, CancellationToken cancellationToken)
    {
        var batch = await store.Log.ReadLogAsync(store.Position, (int)Math.Min(Batch, store.Head - store.Position), cancellationToken);
        foreach (var recorded in batch)
        {
            if (recorded.Position != store.Position + 1)
                Found(store, new("log", $"position {store.Position + 1}", $"position {recorded.Position} ({recorded.Stream})"), recorded);
            if (await facts.ApplyAsync(recorded, cancellationToken) is { } finding)
                Found(store, finding, recorded);
            store.Position = recorded.Position;
            store.LastRecordedAt = recorded.RecordedAt;
        }

        store.IsExhausted = batch.Count == 0 || store.Position >= store.Head;
        return batch.Count;
    }

    private async Task CheckAsync(bool caughtUp, CancellationToken cancellationToken)
    {
        // A log that is not read that far may still tell of an order, which must not be forgotten by then.
        var reach = stores.Where(store => !store.IsExhausted).Select(store => store.LastRecordedAt).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        var ended = facts.Input.Orders.All.Values.Where(order => order.HasEnded && facts.Touched[order.OrderId] < reach).Select(order => order.OrderId).ToList();
        var input = facts.With(await BooksAsync(ended, cancellationToken));
        var broken = EndChecks.Run(input).Concat(ConservationChecks.Run(input)).Concat(DeliveryChecks.Run(input))
            .Where(violation => violation.OrderId is not null).ToLookup(violation => violation.OrderId!.Value);
        foreach (var orderId in ended.Where(orderId => !broken.Contains(orderId)))
            Keep(orderId);
        if (!caughtUp)
            return;
        var now = clock.GetUtcNow();
        foreach (var (orderId, touchedAt) in facts.Touched.ToList())
        {
            if (broken.Contains(orderId) && now - touchedAt > options.Patience)
                await ReportAsync(orderId, [.. broken[orderId]], now, cancellationToken);
        }

        CheckStock(input, now);
    }

    private async Task<IReadOnlyList<ProviderIntent>> BooksAsync(List<Guid> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
            return [];
        var books = await readProvider(ended, cancellationToken);
        providerChecked = books is not null;
        return books ?? facts.Input.Payments.AsProvider(ended);
    }

    /// <summary>It has ended as promised.</summary>
    private void Keep(Guid orderId)
    {
        if (ofOrders.Remove(orderId, out var mended))
            healed += mended.Count;
        greenOrders++;
        facts.Forget(orderId);
    }

    private async Task ReportAsync(Guid orderId, IReadOnlyList<Violation> violations, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (ofOrders.TryGetValue(orderId, out var known) && known.Count == violations.Count)
            return;
        if (known is null && ofOrders.Count >= options.MostKept)
        {
            notKept++;
            facts.Forget(orderId);
            return;
        }

        var evidence = await facts.DescribeAsync(orderId, EvidenceLines, cancellationToken);
        ofOrders[orderId] = [.. violations.Select(violation => new LiveViolation(
            violation.Promise, orderId, violation.Subject, violation.Expected, violation.Found, now, evidence))];
    }

    /// <summary>Product by product, in one log: what reservations hold and have sold is what the stock says.</summary>
    private void CheckStock(AuditInput input, DateTimeOffset now)
    {
        var held = Units(input, reservation => reservation.IsHeld);
        var sold = Units(input, reservation => reservation.IsSold);
        foreach (var (sku, stock) in input.Stock.BySku)
        {
            var soldInAll = sold.GetValueOrDefault(sku) + facts.SettledUnits.GetValueOrDefault(sku);
            var wrong = stock.Reserved != held.GetValueOrDefault(sku) ? ($"{held.GetValueOrDefault(sku)} reserved, as the reservations hold", $"{stock.Reserved}")
                : stock.Sold - stock.Returned != soldInAll ? ($"{soldInAll} sold, as the reservations confirmed", $"{stock.Sold - stock.Returned}")
                : stock.Overdrawn is { } overdrawn ? ("0 ≤ reserved ≤ on hand at every moment", overdrawn)
                : ((string Expected, string Found)?)null;
            if (wrong is not var (expected, found))
                healed += ofStock.Remove(sku) ? 1 : 0;
            else if (!ofStock.TryGetValue(sku, out var known) || known.Found != found)
                ofStock[sku] = new(Promise.MoneyAndStockConserved, null, $"stock of {sku}", expected, found, now, [$"inventory stock-{sku}"]);
        }
    }

    private static Dictionary<string, long> Units(AuditInput input, Func<ReservationFacts, bool> counts) =>
        input.Reservations.All.Values.Where(counts).SelectMany(reservation => reservation.Units)
            .GroupBy(units => units.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(units => units.Value), StringComparer.Ordinal);

    private void Found(FollowedStore store, Finding finding, RecordedEvent recorded)
    {
        if (findings.Count >= MostFindings)
            return;
        findings.Add(new(
            Promise.EverythingProvable, null, $"store {store.Name}, {finding.Subject}", finding.Expected, finding.Found, clock.GetUtcNow(),
            [$"{store.Name} {recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Type} {recorded.RecordedAt:O}"]));
    }

    private LiveAuditReport Describe(bool caughtUp)
    {
        LiveViolation[] all = [.. ofOrders.Values.SelectMany(violations => violations), .. ofStock.Values, .. findings];
        var underWay = facts.Touched.Count - ofOrders.Count;
        return new(
            clock.GetUtcNow(), caughtUp, providerChecked, underWay, healed, notKept,
            [.. Enum.GetValues<Promise>().Select(promise => new PromiseStanding(
                promise, promise == Promise.EverythingProvable ? stores.Sum(store => store.Position) - findings.Count : greenOrders - facts.Reopened, all.Count(violation => violation.Promise == promise)))],
            [.. all.OrderByDescending(violation => violation.FoundAt)],
            [.. stores.Select(store => new FollowedLog(store.Name, store.Position, store.Head - store.Position))]);
    }
}
