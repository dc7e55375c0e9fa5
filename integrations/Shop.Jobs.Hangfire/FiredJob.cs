using Hangfire;
using Hangfire.Server;
using Shop.Jobs.Running;

namespace Shop.Jobs.Hangfire;

/// <summary>
/// What Hangfire calls. Its name and its methods' are in the database of every shop that runs on Hangfire: they stay as they are.
/// </summary>
/// <remarks>
/// Hangfire calls at least once. Which call makes the run is decided by the history (<see cref="JobRunner"/>): the others end at
/// once. A call that throws because the database is away is repeated; one whose run has failed is not, an operator decides that.
/// </remarks>
public sealed class FiredJob
{
    private const int Repeats = 3;

    private readonly JobCatalog catalog;
    private readonly JobRunner runner;

    internal FiredJob(JobCatalog catalog, JobRunner runner) => (this.catalog, this.runner) = (catalog, runner);

    /// <summary>The schedule's time has come.</summary>
    /// <param name="call">Filled in by Hangfire.</param>
    [JobDisplayName("{0}")]
    [AutomaticRetry(Attempts = Repeats, ExceptOn = [typeof(JobRunFailedException)])]
    public async Task<string?> RunScheduledAsync(string job, PerformContext? call)
    {
        ArgumentNullException.ThrowIfNull(call);
        // Every call for an instant, the repeated ones too, was created after it and before the next one.
        return catalog.Find(job)?.Schedule.Latest(new(DateTime.SpecifyKind(call.BackgroundJob.CreatedAt, DateTimeKind.Utc))) is { } due
            ? Tell(await runner.RunScheduledAsync(job, due, call.BackgroundJob.Id))
            : null;
    }

    /// <summary>Somebody asked for it.</summary>
    [JobDisplayName("{0}, as asked for")]
    [AutomaticRetry(Attempts = Repeats, ExceptOn = [typeof(JobRunFailedException)])]
    public async Task<string?> RunRequestedAsync(string job, Guid runId, PerformContext? call) =>
        Tell(await runner.RunRequestedAsync(job, runId, call?.BackgroundJob.Id));

    private static string? Tell(JobRun? run) => run switch
    {
        null => "had its run",
        { Outcome: JobOutcome.Succeeded } => run.Summary,
        _ => throw new JobRunFailedException(run.Error ?? run.Outcome.ToString()),
    };
}

/// <summary>The run ended otherwise than well, for Hangfire to show; the history has the whole of it.</summary>
public sealed class JobRunFailedException(string message) : Exception(message);

/// <summary>Gives Hangfire the one object that it calls.</summary>
internal sealed class FiredJobActivator(FiredJob fired) : JobActivator
{
    public override object ActivateJob(Type jobType) => jobType == typeof(FiredJob) ? fired : base.ActivateJob(jobType);
}
