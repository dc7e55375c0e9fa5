using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Jobs.Storage;

namespace Shop.Jobs.Running;

/// <summary>
/// Starts the scheduler once everything else runs, and keeps looking for runs that were broken off, which it has made up, and for
/// wanted ones whose firing was lost.
/// </summary>
internal sealed partial class JobService(
    JobDatabase database, JobRuns runs, JobRunner runner, JobCatalog catalog, IJobScheduler scheduler, JobSettings settings, IHostApplicationLifetime application,
    TimeProvider clock, ILogger<JobService> logger) : BackgroundService
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(2);

    /// <summary>Every run that this process may have left behind is older than it.</summary>
    private static readonly TimeSpan AnySilence = TimeSpan.FromDays(-1);

    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when jobs can be asked about.</summary>
    public Task Started => started.Task;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await runner.StopAsync();
        if (started.Task.IsCompletedSuccessfully)
            await scheduler.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await UntilRunningAsync(stoppingToken);
            await StartSchedulerAsync(stoppingToken);
            while (true)
            {
                await Task.Delay(settings.Beat, clock, stoppingToken);
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    /// <summary>Nobody who waits for the shop to open waits for this.</summary>
    private async Task UntilRunningAsync(CancellationToken stoppingToken)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var whenOpen = application.ApplicationStarted.Register(open.SetResult);
        await open.Task.WaitAsync(stoppingToken);
    }

    private async Task StartSchedulerAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await database.UpgradeAsync(stoppingToken);
                if (!database.IsShared)
                    await runs.BuryAsync(AnySilence, stoppingToken);
                await scheduler.StartAsync(stoppingToken);
                started.TrySetResult();
                await LookAsync(stoppingToken);
                return;
            }
#pragma warning disable CA1031 // Orders do not need jobs: it is told, and tried again.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogNotStarted(StorageFailure.IsTransient(error) ? null : error, error.Message);
                await Task.Delay(StartPause, clock, stoppingToken);
            }
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (database.IsShared && await runs.BuryAsync(settings.DeadAfter, stoppingToken) is > 0 and var dead)
                LogBuried(dead);
            foreach (var brokenOff in await runs.ReadBrokenOffAsync(MostAttempts, stoppingToken))
                await MakeUpAsync(brokenOff, stoppingToken);
            foreach (var forgotten in await runs.ReadForgottenAsync(settings.DeadAfter, stoppingToken))
            {
                if (catalog.Find(forgotten.Job) is not null)
                    await scheduler.FireAsync(forgotten.Job, forgotten.Id, stoppingToken);
            }
        }
#pragma warning disable CA1031 // The database may be away; then it looks again.
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotLooked(StorageFailure.IsTransient(error) ? null : error, error.Message);
        }
    }

    /// <summary>By one run only, whichever replicas find it: they all ask for the same occurrence.</summary>
    private async Task MakeUpAsync(JobRun brokenOff, CancellationToken cancellationToken)
    {
        if (catalog.Find(brokenOff.Job) is null)
            return;
        var next = new JobRun
        {
            Id = Ids.New(clock.GetUtcNow()),
            Job = brokenOff.Job,
            Occurrence = string.Create(CultureInfo.InvariantCulture, $"makes up {brokenOff.Id:D}"),
            Cause = JobCause.MadeUp,
            Attempt = brokenOff.Attempt + 1,
            OfRun = brokenOff.Id,
        };
        var isOurs = await runs.RequestAsync(next, cancellationToken);
        await runs.LinkAsync(brokenOff.Id, next.Job, next.Occurrence, cancellationToken);
        if (!isOurs)
            return;
        LogMadeUp(brokenOff.Job, brokenOff.Id, next.Id);
        await scheduler.FireAsync(next.Job, next.Id, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scheduler of jobs has not started: {Reason} It is tried again.")]
    private partial void LogNotStarted(Exception? error, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Dead} runs of jobs were broken off by the end of their process.")]
    private partial void LogBuried(int dead);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The run {Run} of {Job} was broken off and is made up by {Next}.")]
    private partial void LogMadeUp(string job, Guid run, Guid next);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Jobs could not be looked after: {Reason}")]
    private partial void LogNotLooked(Exception? error, string reason);
}
