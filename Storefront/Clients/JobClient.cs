namespace Shop.Storefront.Clients;

/// <param name="Cause">schedule, manual, retry or madeUp.</param>
/// <param name="Outcome">waiting, running, succeeded, failed, killed or stopped.</param>
/// <param name="Lines">Only of a run that was asked for alone.</param>
public sealed record JobRun(
    Guid Id, string Job, string Cause, string Outcome, int Attempt, Guid? OfRun, Guid? NextRun, string? RequestedBy, string? Reason, DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Replica, string? Summary, string? Error, IReadOnlyList<JobLine>? Lines)
{
    public bool IsOver => EndedAt is not null;

    public bool CanBeRetried => Outcome is JobOutcomes.Failed or JobOutcomes.Killed or JobOutcomes.Stopped && NextRun is null;
}

public static class JobOutcomes
{
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Killed = "killed";
    public const string Stopped = "stopped";

    public static IReadOnlyList<string> All { get; } = [Succeeded, Failed, Killed, Stopped, Running, Waiting];
}

public sealed record JobLine(DateTimeOffset At, string Level, string Text);

public sealed record JobRunOutline(Guid Id, DateTimeOffset? StartedAt, double? Seconds, string Outcome);

public sealed record JobPause(DateTimeOffset? At, string? By, string? Reason);

/// <param name="Schedule">An interval, a cron expression in UTC, or <c>never</c>.</param>
/// <param name="Scheduler">What fires it: Quartz, or another that the service was built with.</param>
public sealed record Job(
    string Name, string Description, string? Store, string Schedule, string Scheduler, JobPause? Pause, DateTimeOffset? NextRunAt, JobRun? Running, JobRun? Last,
    IReadOnlyList<JobRunOutline> Newest)
{
    /// <summary>The service that has it.</summary>
    public string Service { get; init; } = "";
}

public sealed record JobRunPage(IReadOnlyList<JobRun> Items, Guid? Next);

/// <param name="Away">Services that did not answer, with what they said instead.</param>
public sealed record JobList(IReadOnlyList<Job> Jobs, IReadOnlyList<(string Service, ServiceProblem Problem)> Away);

/// <summary>The jobs of all services; each has its own.</summary>
public sealed class JobClient(ServiceCaller caller, ServiceAddresses addresses)
{
    /// <summary>In one process every service answers for all of them.</summary>
    private IReadOnlyList<string> Services => addresses.IsOneProcess ? [ServiceAddresses.Order] : ServiceAddresses.All;

    public async Task<JobList> ListAsync(CancellationToken cancellationToken = default)
    {
        var lists = await Task.WhenAll(Services.Select(service => ListAsync(service, cancellationToken)));
        return new(
            [.. lists.SelectMany(list => list.Jobs).OrderBy(job => job.Store is not null).ThenBy(job => job.Store, StringComparer.Ordinal).ThenBy(job => job.Name, StringComparer.Ordinal)],
            [.. lists.Where(list => list.Problem is not null).Select(list => (list.Service, list.Problem!))]);
    }

    public async Task<JobRunPage> RunsAsync(Job job, string? search, string? outcome, Guid? after, int limit = 25, CancellationToken cancellationToken = default) =>
        await caller.GetAsync<JobRunPage>(
            job.Service,
            $"jobs/{Uri.EscapeDataString(job.Name)}/runs?limit={limit}&search={Uri.EscapeDataString(search ?? "")}&outcome={outcome}{(after is { } last ? $"&after={last:D}" : "")}",
            cancellationToken) ?? new([], null);

    public Task<JobRun?> RunAsync(Job job, Guid run, CancellationToken cancellationToken = default) =>
        caller.GetAsync<JobRun>(job.Service, $"jobs/runs/{run:D}", cancellationToken);

    public Task<JobRun> TriggerAsync(Job job, string reason, CancellationToken cancellationToken = default) =>
        caller.SendAsync<JobRun>(job.Service, HttpMethod.Post, $"jobs/{Uri.EscapeDataString(job.Name)}/trigger", new { reason }, cancellationToken: cancellationToken);

    public Task<JobRun> RetryAsync(Job job, Guid run, string reason, CancellationToken cancellationToken = default) =>
        caller.SendAsync<JobRun>(job.Service, HttpMethod.Post, $"jobs/runs/{run:D}/retry", new { reason }, cancellationToken: cancellationToken);

    public Task PauseAsync(Job job, string reason, CancellationToken cancellationToken = default) =>
        caller.SendAsync(job.Service, HttpMethod.Post, $"jobs/{Uri.EscapeDataString(job.Name)}/pause", new { reason }, cancellationToken: cancellationToken);

    public Task ResumeAsync(Job job, string reason, CancellationToken cancellationToken = default) =>
        caller.SendAsync(job.Service, HttpMethod.Post, $"jobs/{Uri.EscapeDataString(job.Name)}/resume", new { reason }, cancellationToken: cancellationToken);

    private async Task<(string Service, IReadOnlyList<Job> Jobs, ServiceProblem? Problem)> ListAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            var jobs = await caller.GetAsync<List<Job>>(service, "jobs", cancellationToken) ?? [];
            return (service, [.. jobs.Select(job => job with { Service = service })], null);
        }
        catch (ServiceProblemException error)
        {
            return (service, [], error.Problem);
        }
    }
}
