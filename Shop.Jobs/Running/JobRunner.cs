using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Jobs.Storage;

namespace Shop.Jobs.Running;

/// <summary>What a firing does, whichever scheduler it comes from: one run per occurrence, never two of a job at once, with its history.</summary>
public sealed partial class JobRunner : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly JobCatalog catalog;
    private readonly JobRuns runs;
    private readonly JobSettings settings;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Guid, Task> running = new();

    internal JobRunner(JobCatalog catalog, JobRuns runs, JobSettings settings, TimeProvider clock, ILoggerFactory loggers)
    {
        this.catalog = catalog;
        this.runs = runs;
        this.settings = settings;
        this.clock = clock;
        this.loggers = loggers;
        logger = loggers.CreateLogger<JobRunner>();
    }

    /// <summary>This process among the replicas.</summary>
    public string Replica { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7():N}");

    /// <summary>Runs a job because its time has come, unless that instant had its run, or the job still runs from before.</summary>
    /// <param name="scheduledAt">The instant of the schedule: all replicas must name the same one.</param>
    /// <param name="fireInstance">The scheduler's name for the firing.</param>
    /// <returns>The run with its outcome; null when there was none to run here.</returns>
    public async Task<JobRun?> RunScheduledAsync(string job, DateTimeOffset scheduledAt, string? fireInstance)
    {
        if (Find(job) is not { } definition)
            return null;
        var run = new JobRun
        {
            Id = Ids.New(clock.GetUtcNow()),
            Job = job,
            Occurrence = string.Create(CultureInfo.InvariantCulture, $"at {scheduledAt.UtcDateTime:O}"),
            Cause = JobCause.Schedule,
            Replica = Replica,
            FireInstance = fireInstance,
        };
        var start = await runs.StartAsync(run, stopping.Token);
        if (start == JobRuns.Start.Started)
            return await TrackAsync(run.Id, definition);
        if (start == JobRuns.Start.JobRuns)
            LogStillRunning(job);
        return null;
    }

    /// <summary>Runs what was asked for, unless somebody else has; while the job still runs it stays wanted.</summary>
    /// <returns>The run with its outcome; null when there was none to run here.</returns>
    public async Task<JobRun?> RunRequestedAsync(string job, Guid runId, string? fireInstance) =>
        Find(job) is { } definition && await runs.StartAsync(runId, Replica, fireInstance, stopping.Token) == JobRuns.Start.Started
            ? await TrackAsync(runId, definition)
            : null;

    /// <summary>Breaks off what runs, and waits until that is noted.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running.Values).WaitAsync(StopPatience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private JobDefinition? Find(string job)
    {
        if (catalog.Find(job) is { } known)
            return known.Definition;
        LogUnknown(job);
        return null;
    }

    private async Task<JobRun> TrackAsync(Guid id, JobDefinition job)
    {
        var work = RunAsync(id, job);
        running[id] = work;
        try
        {
            return await work;
        }
        finally
        {
            running.TryRemove(id, out _);
        }
    }

    private async Task<JobRun> RunAsync(Guid id, JobDefinition job)
    {
        var run = await runs.FindAsync(id, CancellationToken.None) ?? throw new InvalidOperationException($"Run {id} of {job.Name} is gone.");
        var log = new RunLog(loggers.CreateLogger($"Shop.Jobs.{job.Name}"), clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        using var silent = new CancellationTokenSource();
        var context = new JobContext(run, await runs.ReadMarkAsync(job.Name, CancellationToken.None), log, async token =>
        {
            if (!await runs.BeatAsync(id, log.Lines, token))
                throw new JobTakenOverException();
        });
        var beating = BeatAsync(id, log, ending, silent.Token);
        var ended = await WorkAsync(run, job, context, ending.Token);
        await silent.CancelAsync();
        await beating;
        ended = ended with { Summary = context.Summary, Mark = ended.Outcome == JobOutcome.Succeeded ? context.Mark : null, Lines = log.Lines };
        if (!await runs.EndAsync(ended, CancellationToken.None))
            LogTakenOver(id, job.Name);
        await runs.TrimAsync(job.Name, CancellationToken.None);
        return ended;
    }

    /// <returns>The run with its outcome.</returns>
    private async Task<JobRun> WorkAsync(JobRun run, JobDefinition job, JobContext context, CancellationToken cancellationToken)
    {
        try
        {
            await job.RunAsync(context, cancellationToken);
            return run with { Outcome = JobOutcome.Succeeded };
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return run with { Outcome = JobOutcome.Stopped, Error = "Its process was told to stop in the middle of it." };
        }
        catch (JobFindingException finding)
        {
            context.Warn(finding.Message);
            return run with { Outcome = JobOutcome.Failed, Error = finding.Message };
        }
#pragma warning disable CA1031 // Whatever a job throws is its outcome.
        catch (Exception error)
#pragma warning restore CA1031
        {
            JobLog.Failed(context.Log, error, error.Message);
            return run with { Outcome = JobOutcome.Failed, Error = error.Message };
        }
    }

    /// <summary>Says that the run lives; when nobody believes it any more, breaks it off.</summary>
    private async Task BeatAsync(Guid id, RunLog log, CancellationTokenSource ending, CancellationToken silent)
    {
        while (true)
        {
            try
            {
                await Task.Delay(settings.Beat, clock, silent);
                if (await runs.BeatAsync(id, log.Lines, silent))
                    continue;
                await ending.CancelAsync();
                return;
            }
            catch (OperationCanceledException) when (silent.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away for a moment; a run that stays silent for too long is found dead.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogSilent(error, id, StorageFailure.IsTransient(error));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A firing names the job {Job}, which this process does not have.")]
    private partial void LogUnknown(string job);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job} is due and still runs from before; it is left out this time.")]
    private partial void LogStillRunning(string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Run} of {Job} was taken for dead and is made up by another one.")]
    private partial void LogTakenOver(Guid run, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Run} could not say that it lives. Database away: {IsAway}.")]
    private partial void LogSilent(Exception error, Guid run, bool isAway);
}
