using System.Globalization;
using Shop.EventSourcing;
using Shop.Jobs.Running;
using Shop.Jobs.Storage;

namespace Shop.Jobs;

/// <summary>A job as an operator sees it.</summary>
/// <param name="Newest">Its newest runs, newest first.</param>
public sealed record JobStatus(ScheduledJob Job, JobTiming Timing, IReadOnlyList<JobRun> Newest);

/// <summary>The jobs of this process: how they are doing, and what an operator may do with them.</summary>
public sealed class JobControl
{
    private const int NewestShown = 30;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly JobCatalog catalog;
    private readonly JobRuns runs;
    private readonly IJobScheduler scheduler;
    private readonly JobService service;
    private readonly TimeProvider clock;

    internal JobControl(JobCatalog catalog, JobRuns runs, IJobScheduler scheduler, JobService service, TimeProvider clock)
    {
        this.catalog = catalog;
        this.runs = runs;
        this.scheduler = scheduler;
        this.service = service;
        this.clock = clock;
    }

    /// <summary>What fires the jobs.</summary>
    public string Scheduler => scheduler.Name;

    public JobDefinition? Find(string job) => catalog.Find(job)?.Definition;

    /// <summary>Whether the scheduler runs; just after the start of the process it waits for that.</summary>
    public async Task<bool> IsStartedAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(service.Started, Task.Delay(StartPatience, clock, cancellationToken));
        return service.Started.IsCompletedSuccessfully;
    }

    public async Task<IReadOnlyList<JobStatus>> ReadAsync(CancellationToken cancellationToken)
    {
        var timings = (await scheduler.ReadAsync(cancellationToken)).ToDictionary(timing => timing.Job, StringComparer.Ordinal);
        var statuses = new List<JobStatus>(catalog.All.Count);
        foreach (var job in catalog.All)
        {
            var newest = await runs.ReadAsync(job.Name, search: null, outcome: null, after: null, NewestShown, cancellationToken);
            statuses.Add(new(job, timings.GetValueOrDefault(job.Name) ?? new(job.Name, null, null), newest));
        }

        return statuses;
    }

    /// <inheritdoc cref="JobRuns.ReadAsync"/>
    public Task<List<JobRun>> ReadRunsAsync(string job, string? search, JobOutcome? outcome, Guid? after, int limit, CancellationToken cancellationToken) =>
        runs.ReadAsync(job, search, outcome, after, limit, cancellationToken);

    /// <summary>One run with its lines, or null.</summary>
    public Task<JobRun?> FindRunAsync(Guid id, CancellationToken cancellationToken) => runs.FindAsync(id, cancellationToken);

    /// <summary>Has a job run now, also while it is paused.</summary>
    /// <exception cref="DomainException">It runs already.</exception>
    public async Task<JobRun> TriggerAsync(string job, string by, string reason, CancellationToken cancellationToken)
    {
        if (await runs.FindRunningAsync(job, cancellationToken) is { } running)
        {
            throw new DomainException(
                "job-running", string.Create(CultureInfo.InvariantCulture, $"{job} runs already, since {running.StartedAt:u}. Wait for its end."), conflict: true);
        }

        return await RequestAsync(new()
        {
            Id = Ids.New(clock.GetUtcNow()),
            Job = job,
            Occurrence = $"asked for {Guid.CreateVersion7():D}",
            Cause = JobCause.Manual,
            RequestedBy = by,
            Reason = reason,
        }, cancellationToken);
    }

    /// <summary>Tries a run again that did not succeed.</summary>
    /// <exception cref="DomainException">It succeeded, is not over, or was tried again already.</exception>
    public async Task<JobRun> RetryAsync(JobRun run, string by, string reason, CancellationToken cancellationToken)
    {
        if (run.Outcome is not (JobOutcome.Failed or JobOutcome.Killed or JobOutcome.Stopped))
        {
            throw new DomainException(
                "run-not-failed", $"This run {(run.Outcome == JobOutcome.Succeeded ? "succeeded" : "is not over")}: there is nothing to try again. Trigger the job to run it once more.",
                conflict: true);
        }

        if (run.NextRun is not null)
            throw TriedAgain();
        return await RequestAsync(new()
        {
            Id = Ids.New(clock.GetUtcNow()),
            Job = run.Job,
            Occurrence = $"again {run.Id:D}",
            Cause = JobCause.Retry,
            OfRun = run.Id,
            RequestedBy = by,
            Reason = reason,
        }, cancellationToken);
    }

    public Task PauseAsync(string job, string by, string reason, CancellationToken cancellationToken) => scheduler.PauseAsync(job, by, reason, cancellationToken);

    public Task ResumeAsync(string job, CancellationToken cancellationToken) => scheduler.ResumeAsync(job, cancellationToken);

    private async Task<JobRun> RequestAsync(JobRun run, CancellationToken cancellationToken)
    {
        if (!await runs.RequestAsync(run, cancellationToken))
            throw TriedAgain();
        if (run.OfRun is { } before)
            await runs.LinkAsync(before, run.Job, run.Occurrence, cancellationToken);
        // From here on it is wanted: should the firing get lost, the next look at the history fires it.
        await scheduler.FireAsync(run.Job, run.Id, cancellationToken);
        return await runs.FindAsync(run.Id, cancellationToken) ?? run;
    }

    private static DomainException TriedAgain() =>
        new("run-already-retried", "This run was tried again already. Look at that one, or trigger the job.", conflict: true);
}
