using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Shop.Audit.Live;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Ordering;

/// <summary>What the continuous audit said last.</summary>
public sealed record LiveAuditRow
{
    public static readonly Table<LiveAuditRow> Table = new("live_audit", nameof(Name));

    public required string Name { get; init; }

    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>JSON.</summary>
    public required string Report { get; init; }
}

/// <summary>
/// Sees to it that one replica audits at a time, and that each of them can say what it found: the report is copied into a row, under
/// the lease. The audit itself never reads it.
/// </summary>
internal sealed class LiveAuditCopy(EventStore store, TimeProvider clock)
{
    private const string Name = "live-audit";

    /// <summary>More of them are counted and not copied.</summary>
    private const int ViolationsCopied = 100;

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(5);

    /// <summary>A report that says nothing new is copied again after this time, so that everybody sees that it still runs.</summary>
    private static readonly TimeSpan CopyAgainAfter = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly Guid holder = Guid.CreateVersion7();
    private Lease? lease;
    private long askedAt;
    private string? copied;
    private long copiedAt;

    /// <summary>Takes or keeps the right to audit.</summary>
    /// <returns>False while another replica has it.</returns>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        if (lease is not null && clock.GetElapsedTime(askedAt) < RenewAfter)
            return true;
        var asked = clock.GetTimestamp();
        lease = await store.Engine.TakeLeaseAsync(Name, holder, LeaseDuration, cancellationToken);
        askedAt = asked;
        return lease is not null;
    }

    /// <summary>Copies a report, unless another replica has taken over.</summary>
    public async Task SaveAsync(LiveAuditReport report, CancellationToken cancellationToken)
    {
        if (lease is not { } held)
            return;
        var news = JsonSerializer.Serialize(report with { At = default }, Json);
        if (news == copied && clock.GetElapsedTime(copiedAt) < CopyAgainAfter)
            return;
        var shortened = report with
        {
            Violations = [.. report.Violations.Take(ViolationsCopied)],
            NotKept = report.NotKept + Math.Max(0, report.Violations.Count - ViolationsCopied),
        };
        var row = new LiveAuditRow { Name = Name, ReportedAt = report.At, Report = JsonSerializer.Serialize(shortened, Json) };
        // A write of rows under a lease is what projections do; this one has read no log, so its checkpoint stays where it is.
        if (!await store.Engine.SaveProjectionAsync(Name, held, from: 0, to: 0, [LiveAuditRow.Table.Upsert(row)], cancellationToken))
            lease = null;
        (copied, copiedAt) = (news, clock.GetTimestamp());
    }

    /// <returns>Null when none of them has ever reported.</returns>
    public async Task<LiveAuditReport?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        return await models.Query<LiveAuditRow>().FirstOrDefaultAsync(row => row.Name == Name, cancellationToken) is { } last
            ? JsonSerializer.Deserialize<LiveAuditReport>(last.Report, Json)
            : null;
    }

    /// <summary>So that another replica need not wait for the lease's end.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (lease is { } held)
            await store.Engine.ReleaseLeaseAsync(held, cancellationToken);
        lease = null;
    }
}
