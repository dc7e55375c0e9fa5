using System.Globalization;
using Shop.Audit;
using Shop.Audit.Live;
using Shop.Audit.Reading;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Orchestration;

namespace Shop.Host.Jobs;

/// <summary>
/// The audit of all stores each night, while the shop runs. It belongs to the process that has all of them: a service that runs alone
/// cannot read the others' databases. What an audit finds because an order moved while the stores were read, the next one does not
/// find again, and orders under way are left to themselves.
/// </summary>
internal static class AuditJob
{
    public const string Name = "audit";

    private const int ViolationsNamed = 50;
    private const int Looks = 3;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(3);

    public static JobDefinition Define(IServiceProvider provider) => new()
    {
        Name = Name,
        Description = "Checks the four promises from the logs of all stores and the provider's ledger.",
        Schedule = JobSchedule.Daily(4, 0),
        RunAsync = (context, cancellationToken) => RunAsync(context, provider, cancellationToken),
    };

    private static async Task RunAsync(JobContext context, IServiceProvider provider, CancellationToken cancellationToken)
    {
        var began = provider.GetRequiredService<TimeProvider>().GetUtcNow();
        AuditReport report;
        HashSet<Violation>? violations = null;
        var look = 0;
        do
        {
            if (look > 0)
                await Task.Delay(BetweenLooks, cancellationToken);
            await context.StillOursAsync(cancellationToken);
            report = await AuditAsync(provider, cancellationToken);
            if (violations is null)
                violations = [.. report.Violations];
            else
                violations.IntersectWith(report.Violations);
        }
        while (violations.Count > 0 && ++look < Looks);

        var left = await LeaveOutAsync(provider, violations, began, cancellationToken);
        context.Summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Orders} orders, {report.Totals.Events} events and {report.Totals.Rows} rows checked, {violations.Count} violations{(left > 0 ? $"; {left} orders under way left out" : "")}");
        foreach (var violation in violations.Take(ViolationsNamed))
            context.Warn(violation.ToString());
        if (violations.Count > 0)
            throw new JobFindingException(string.Create(CultureInfo.InvariantCulture, $"{violations.Count} violations of the shop's promises."));
    }

    private static async Task<AuditReport> AuditAsync(IServiceProvider provider, CancellationToken cancellationToken)
    {
        var stores = provider.GetServices<EventStore>().ToDictionary(store => store.Name, StringComparer.Ordinal);
        var audited = provider.GetServices<StoreDefinition>().Select(
            definition => new AuditedStore(definition.Name, stores[definition.Name].Engine, definition.InlineProjections, definition.AsyncProjections)
            {
                Snapshotted = definition.Snapshotted,
            });
        var isSandbox = await provider.GetRequiredService<ProviderBooks>()([], cancellationToken) is not null;
        var books = isSandbox ? AuditCommand.ReadProvider(StoreEngines.Folder(provider.GetRequiredService<IConfiguration>())) : null;
        return await Auditor.RunAsync([.. audited], books, cancellationToken);
    }

    /// <returns>How many orders were under way since the audit began.</returns>
    private static async Task<int> LeaveOutAsync(
        IServiceProvider provider, HashSet<Violation> violations, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var sagas = provider.GetRequiredService<EventStore<OrchestrationModule>>();
        var left = 0;
        foreach (var orderId in violations.Select(violation => violation.OrderId).OfType<Guid>().Distinct().ToList())
        {
            var (snapshot, _) = await sagas.ReadAsync(OrderSagas.Streams.Aggregate, orderId, cancellationToken);
            if (OrderSagas.Streams.ToInstance(snapshot) is not { } saga || (saga.EndedAt is { } ended && ended < began))
                continue;
            violations.RemoveWhere(violation => violation.OrderId == orderId);
            left++;
        }

        return left;
    }
}
