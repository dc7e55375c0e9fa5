namespace Shop.Storefront.Clients.Operations;

/// <param name="WaitsFor">Why it cannot read on now; null when it can.</param>
public sealed record LiveAudit(
    DateTimeOffset At, bool CaughtUp, string? WaitsFor, bool ProviderChecked, int UnderWay, long Healed, long NotKept, IReadOnlyList<PromiseStanding> Promises,
    IReadOnlyList<AuditViolation> Violations, IReadOnlyList<FollowedLog> Logs);

/// <param name="Promise">everyOrderEnds, moneyAndStockConserved, nothingLostOrRepeated or everythingProvable.</param>
public sealed record PromiseStanding(string Promise, long Green, int Violations);

public sealed record AuditViolation(string Promise, Guid? OrderId, string Subject, string Expected, string Found, DateTimeOffset FoundAt, IReadOnlyList<string> Evidence);

public sealed record FollowedLog(string Store, long Position, long Lag);

public sealed record OperatorAction(string Store, long Number, DateTimeOffset At, string Who, string Action, string Target, string Reason);

public sealed record OperatorActionPage(IReadOnlyList<OperatorAction> Items, string? Next);

/// <summary>The promises as they stand, and what operators did.</summary>
public sealed class AuditClient(ServiceCaller caller, OverviewClient overview)
{
    /// <returns>Null when the audit has reported nothing yet, or is switched off.</returns>
    public Task<LiveAudit?> ReadAsync(CancellationToken cancellationToken) => caller.GetAsync<LiveAudit>(ServiceAddresses.Order, "audit/live", cancellationToken);

    public async Task<IReadOnlyList<OperatorAction>> ActionsAsync(int limit, CancellationToken cancellationToken)
    {
        var found = new List<OperatorAction>();
        foreach (var service in overview.Services)
            found.AddRange((await caller.GetAsync<OperatorActionPage>(service, $"operator-actions?limit={limit}", cancellationToken))?.Items ?? []);
        return [.. found.OrderByDescending(action => action.At).Take(limit)];
    }
}
