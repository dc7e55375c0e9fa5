namespace Shop.Audit.Live;

/// <summary>How a promise stands.</summary>
/// <param name="Green">Orders that kept it, since this process started to look; one to which something happens later counts again when that has ended; of <see cref="Promise.EverythingProvable"/> the events that were read and understood.</param>
/// <param name="Violations">What does not keep it now.</param>
public sealed record PromiseStanding(Promise Promise, long Green, int Violations);

/// <param name="Position">Events of its log that were read.</param>
/// <param name="Lag">Events that were not yet, when it was last looked at.</param>
public sealed record FollowedLog(string Store, long Position, long Lag);

/// <summary>Something that is not as promised, and what shows it.</summary>
/// <param name="OrderId">Null when it concerns a product or a store.</param>
/// <param name="Evidence">The stored events concerned, oldest first per store: <c>store position stream version type time</c>.</param>
public sealed record LiveViolation(
    Promise Promise, Guid? OrderId, string Subject, string Expected, string Found, DateTimeOffset FoundAt, IReadOnlyList<string> Evidence);

/// <summary>The four promises, as far as the logs have been followed.</summary>
/// <param name="CaughtUp">Everything had been read when it was looked at last; before that, violations may be missing.</param>
/// <param name="ProviderChecked">Whether the provider's own books are compared too; false for a provider whose books are not here.</param>
/// <param name="UnderWay">Orders that have not ended, or of which not everything was read.</param>
/// <param name="Healed">Violations that went away again, such as orders that ended after all.</param>
/// <param name="NotKept">Violated orders beyond those that are kept with evidence.</param>
public sealed record LiveAuditReport(
    DateTimeOffset At, bool CaughtUp, bool ProviderChecked, int UnderWay, long Healed, long NotKept, IReadOnlyList<PromiseStanding> Promises,
    IReadOnlyList<LiveViolation> Violations, IReadOnlyList<FollowedLog> Logs)
{
    /// <summary>Why it cannot read on now, such as a service that is away; null when it can. It is late then, and nothing that it says is wrong.</summary>
    public string? WaitsFor { get; init; }
}
