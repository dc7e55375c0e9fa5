using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <param name="Store">The store that it works on; absent for all of them.</param>
/// <param name="Schedule">An interval such as <c>00:05:00</c>, a cron expression with seconds in UTC, or <c>never</c>.</param>
/// <param name="Scheduler">What fires it, such as <c>Quartz</c>.</param>
/// <param name="Pause">Absent unless it is paused.</param>
/// <param name="NextRunAt">Absent while it is paused or has no schedule.</param>
/// <param name="Running">Its run now, if any.</param>
/// <param name="Last">Its newest run that is over, if any.</param>
/// <param name="Newest">Its newest runs, newest first, for a chart of durations.</param>
public sealed record JobResponse(
    string Name, string Description, string? Store, string Schedule, string Scheduler, JobPause? Pause, DateTimeOffset? NextRunAt, JobRun? Running, JobRun? Last,
    IReadOnlyList<JobRunOutline> Newest);

/// <param name="Seconds">How long it took; absent while it is not over.</param>
public sealed record JobRunOutline(Guid Id, DateTimeOffset? StartedAt, double? Seconds, JobOutcome Outcome);

/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last one.</param>
public sealed record JobRunPage(IReadOnlyList<JobRun> Items, Guid? Next);

/// <summary>The jobs of this process: when they run, what their runs did, and what an operator may do with them.</summary>
internal static class JobEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<JobControl>() is null)
            return;
        var jobs = routes.MapGroup("/jobs").RequireAuthorization(Policies.Operator).WithTags("Jobs").AddEndpointFilter(WhenStartedAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        jobs.MapGet("", ListAsync).WithSummary("All jobs: schedule, pause, next and last run, newest durations. For operators.");
        jobs.MapGet("/{name}/runs", RunsAsync).WithSummary("The runs of a job, newest first; search finds text in summaries, errors, reasons and logged lines. For operators.");
        jobs.MapGet("/runs/{id:guid}", RunAsync).WithSummary("One run with the lines that it logged. For operators.");
        jobs.MapPost("/runs/{id:guid}/retry", RetryAsync).WithSummary("Tries a run again that did not succeed. For operators.").ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapPost("/{name}/trigger", TriggerAsync).WithSummary("Runs a job now, also while it is paused. For operators.").ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapPost("/{name}/pause", PauseAsync).WithSummary("Runs a job no more by itself, in all replicas, until it is resumed. For operators.");
        jobs.MapPost("/{name}/resume", ResumeAsync).WithSummary("Has a paused job run by itself again. For operators.");
        if (routes.ServiceProvider.GetService<IJobSchedulerPackage>() is { } package)
            package.MapDashboard(routes).RequireAuthorization(Policies.Operator).SignedInByEither(routes.ServiceProvider);
    }

    /// <summary>The scheduler starts after the service, which needs no jobs to take orders.</summary>
    private static async ValueTask<object?> WhenStartedAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var control = context.HttpContext.RequestServices.GetRequiredService<JobControl>();
        if (await control.IsStartedAsync(context.HttpContext.RequestAborted))
            return await next(context);
        context.HttpContext.Response.Headers.RetryAfter = "2";
        return TypedResults.Problem(
            "The scheduler of jobs has not started yet; the log says what it waits for. Try again in a moment.", statusCode: StatusCodes.Status503ServiceUnavailable, title: "jobs-not-started");
    }

    private static async Task<Ok<List<JobResponse>>> ListAsync(JobControl control, CancellationToken cancellationToken) =>
        TypedResults.Ok((await control.ReadAsync(cancellationToken)).Select(job => Of(job, control.Scheduler)).ToList());

    /// <param name="search">Text; case does not matter.</param>
    /// <param name="outcome">waiting, running, succeeded, failed, killed or stopped.</param>
    /// <param name="after">Id of the last run of the page before: <c>next</c> of its answer.</param>
    private static async Task<Results<Ok<JobRunPage>, ProblemHttpResult>> RunsAsync(
        string name, string? search, string? outcome, Guid? after, int? limit, JobControl control, CancellationToken cancellationToken)
    {
        if (control.Find(name) is null)
            return Unknown(name);
        var count = limit ?? DefaultLimit;
        if (count is < 1 or > MaxLimit)
            throw new DomainException("limit-out-of-range", $"limit is {count}: ask for 1 to {MaxLimit} runs at a time.") { Field = "limit" };
        JobOutcome? wanted = string.IsNullOrEmpty(outcome) ? null
            : Enum.GetNames<JobOutcome>().Contains(outcome, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<JobOutcome>(outcome, ignoreCase: true)
            : throw new DomainException("unknown-outcome", $"There is no outcome '{outcome}': use one of waiting, running, succeeded, failed, killed, stopped.") { Field = "outcome" };
        var runs = await control.ReadRunsAsync(name, search, wanted, after, count + 1, cancellationToken);
        return TypedResults.Ok(new JobRunPage([.. runs.Take(count)], runs.Count > count ? runs[count - 1].Id : null));
    }

    private static async Task<Results<Ok<JobRun>, ProblemHttpResult>> RunAsync(Guid id, JobControl control, CancellationToken cancellationToken) =>
        await control.FindRunAsync(id, cancellationToken) is { } run ? TypedResults.Ok(run) : NoSuchRun(id);

    private static async Task<Results<Accepted<JobRun>, ProblemHttpResult>> TriggerAsync(
        string name, OperatorRequest? request, HttpContext http, JobControl control, IEnumerable<EventStore> stores, CancellationToken cancellationToken)
    {
        if (control.Find(name) is not { } job)
            return Unknown(name);
        var acts = await ActAsync(http, "job-triggered", job, request, stores);
        var run = await control.TriggerAsync(name, acts.Who, acts.Reason, cancellationToken);
        return TypedResults.Accepted($"/jobs/runs/{run.Id:D}", run);
    }

    private static async Task<Results<Accepted<JobRun>, ProblemHttpResult>> RetryAsync(
        Guid id, OperatorRequest? request, HttpContext http, JobControl control, IEnumerable<EventStore> stores, CancellationToken cancellationToken)
    {
        if (await control.FindRunAsync(id, cancellationToken) is not { } run)
            return NoSuchRun(id);
        if (control.Find(run.Job) is not { } job)
            return Unknown(run.Job);
        var acts = await ActAsync(http, "job-retried", job, request, stores);
        var retry = await control.RetryAsync(run, acts.Who, acts.Reason, cancellationToken);
        return TypedResults.Accepted($"/jobs/runs/{retry.Id:D}", retry);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PauseAsync(
        string name, OperatorRequest? request, HttpContext http, JobControl control, IEnumerable<EventStore> stores, CancellationToken cancellationToken)
    {
        if (control.Find(name) is not { } job)
            return Unknown(name);
        var acts = await ActAsync(http, "job-paused", job, request, stores);
        await control.PauseAsync(name, acts.Who, acts.Reason, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ResumeAsync(
        string name, OperatorRequest? request, HttpContext http, JobControl control, IEnumerable<EventStore> stores, CancellationToken cancellationToken)
    {
        if (control.Find(name) is not { } job)
            return Unknown(name);
        await ActAsync(http, "job-resumed", job, request, stores);
        await control.ResumeAsync(name, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Before it is done, in the store that the job works on; for one that works on all of them, in the first.</summary>
    /// <exception cref="DomainException">The reason is missing or too long.</exception>
    private static async Task<OperatorActed> ActAsync(HttpContext http, string action, JobDefinition job, OperatorRequest? request, IEnumerable<EventStore> stores)
    {
        var acts = http.Acts(action, $"job {job.Name}", request?.Reason);
        var store = stores.FirstOrDefault(store => store.Name == job.Store) ?? stores.First();
        await store.RecordOperatorActionAsync(acts, http.RequestAborted);
        return acts;
    }

    private static JobResponse Of(JobStatus status, string scheduler)
    {
        var (job, timing, newest) = status;
        return new(
            job.Name, job.Definition.Description, job.Definition.Store, job.Schedule.ToString(), scheduler, timing.Pause, timing.NextRunAt,
            newest.FirstOrDefault(run => run.Outcome == JobOutcome.Running), newest.FirstOrDefault(run => run.EndedAt is not null),
            [.. newest.Select(run => new JobRunOutline(run.Id, run.StartedAt, run.EndedAt is { } ended && run.StartedAt is { } started ? (ended - started).TotalSeconds : null, run.Outcome))]);
    }

    private static ProblemHttpResult Unknown(string name) => NotFound("job-not-found", $"No job of this service is called {name}. GET /jobs lists them.");

    private static ProblemHttpResult NoSuchRun(Guid id) => NotFound("run-not-found", $"There is no run {id:D} here. GET /jobs/NAME/runs lists those of a job; old ones are forgotten.");

    private static ProblemHttpResult NotFound(string code, string detail) => TypedResults.Problem(
        detail, statusCode: StatusCodes.Status404NotFound, title: code, type: $"urn:shop:{code}", extensions: new Dictionary<string, object?> { ["code"] = code });
}
