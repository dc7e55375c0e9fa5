using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Audit.Live;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>
/// Runs the continuous audit in the background, for at most a tenth of the time of one core, however much there is to read. Of
/// several replicas one does; when another takes over, it begins with the first event.
/// </summary>
/// <param name="copy">Null where there is one process.</param>
internal sealed partial class LiveAuditService(Func<LiveAudit> begin, LiveAuditCopy? copy, TimeProvider clock, ILogger<LiveAuditService> logger) : BackgroundService
{
    /// <summary>It rests so many times as long as it works.</summary>
    private const int RestFactor = 9;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseOfOthers = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private volatile LiveAudit? running;
    private string? waitedFor;

    /// <summary>As of the last look, of this replica or of the one that audits.</summary>
    /// <returns>Null when none has reported yet.</returns>
    public async Task<LiveAuditReport?> ReadAsync(CancellationToken cancellationToken) =>
        running?.Report ?? (copy is null ? null : await copy.ReadAsync(cancellationToken));

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Operator)
        .MapGet("/live", GetAsync)
        .WithSummary("The four promises, checked while orders run: counts, and each violation with its evidence; whichever replica is asked. For operators.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = Pause;
            try
            {
                rest = await WorkAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A store that cannot be read for a moment: others say so loudly, and the audit goes on later.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!stoppingToken.IsCancellationRequested)
                    LogFailed(error);
            }

            await RestAsync(rest, stoppingToken);
        }

        await ReleaseAsync();
    }

    private static async Task<Results<Ok<LiveAuditReport>, ProblemHttpResult>> GetAsync(LiveAuditService service, CancellationToken cancellationToken) =>
        await service.ReadAsync(cancellationToken) is { } report
            ? TypedResults.Ok(report)
            : TypedResults.Problem(
                statusCode: StatusCodes.Status404NotFound, title: "audit-not-begun", type: "urn:shop:audit-not-begun",
                detail: "The continuous audit has reported nothing yet. Ask again in a moment; if Audit:Live is false, it is switched off.");

    /// <returns>How long to rest.</returns>
    private async Task<TimeSpan> WorkAsync(CancellationToken cancellationToken)
    {
        if (copy is not null && !await copy.HoldAsync(cancellationToken))
        {
            running = null;
            return PauseOfOthers;
        }

        var audit = running ??= begin();
        var began = Stopwatch.GetTimestamp();
        var goesOn = await audit.StepAsync(cancellationToken);
        var worked = Stopwatch.GetElapsedTime(began, Stopwatch.GetTimestamp());
        var report = audit.Report;
        if (report.WaitsFor is { } away && waitedFor is null)
            LogWaits(away);
        waitedFor = report.WaitsFor;
        if (copy is not null)
            await copy.SaveAsync(report, cancellationToken);
        return goesOn || worked * RestFactor > Pause ? worked * RestFactor : Pause;
    }

    /// <summary>A second at a time, so that the right to audit is kept through a long rest.</summary>
    private async Task RestAsync(TimeSpan rest, CancellationToken cancellationToken)
    {
        for (var left = rest; left > TimeSpan.Zero && !cancellationToken.IsCancellationRequested; left -= Pause)
        {
            await Task.Delay(left < Pause ? left : Pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (left <= Pause || copy is null || running is null)
                continue;
            try
            {
                await copy.HoldAsync(cancellationToken);
            }
#pragma warning disable CA1031 // The next turn asks again, and says so.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }

    private async Task ReleaseAsync()
    {
        if (copy is null)
            return;
        using var patience = new CancellationTokenSource(ReleasePatience);
        try
        {
            await copy.ReleaseAsync(patience.Token);
        }
#pragma warning disable CA1031 // Then it ends by itself.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The continuous audit could not read on; it tries again.")]
    private partial void LogFailed(Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The continuous audit waits, and is late: {Away}")]
    private partial void LogWaits(string away);
}
