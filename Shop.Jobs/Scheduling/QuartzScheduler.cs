using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using Shop.Jobs.Running;
using Shop.Jobs.Storage;
using Shop.Messaging;

namespace Shop.Jobs.Scheduling;

/// <summary>Quartz with its durable store in the database of the jobs; clustered where others share that.</summary>
internal sealed class QuartzScheduler(
    string name, JobDatabase database, JobCatalog catalog, JobRunner runner, TimeProvider clock, ILoggerFactory loggers) : IJobScheduler
{
    internal const string RunnerKey = "runner";
    internal const string RunKey = "run";

    private const string ScheduleKey = "schedule";
    private const int Threads = 2;
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Checkin = TimeSpan.FromSeconds(15);

    private StandaloneSchedulerFactory? factory;
    private IScheduler? scheduler;

    private IScheduler Scheduler => scheduler ?? throw new InvalidOperationException("The scheduler has not started.");

    public string Name => "Quartz";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (factory is not null)
            await factory.DisposeAsync();
        scheduler = null;
        factory = QuartzSchedulerBuilder.Create(Configure).Build();
        var built = await factory.GetScheduler(cancellationToken);
        built.Context[RunnerKey] = runner;
        foreach (var job in catalog.All)
            await TakeUpAsync(built, job, cancellationToken);
        await built.Start(cancellationToken);
        scheduler = built;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (scheduler is { } running)
            await running.Shutdown(waitForJobsToComplete: true, cancellationToken);
    }

    public async Task<IReadOnlyList<JobTiming>> ReadAsync(CancellationToken cancellationToken)
    {
        var timings = new List<JobTiming>(catalog.All.Count);
        foreach (var job in catalog.All)
        {
            var state = await Scheduler.GetTriggerState(TriggerOf(job.Name), cancellationToken);
            var trigger = await Scheduler.GetTrigger(TriggerOf(job.Name), cancellationToken);
            var pause = state == TriggerState.Paused ? await Scheduler.GetTriggerPause(TriggerOf(job.Name), cancellationToken) : null;
            timings.Add(new(
                job.Name, state == TriggerState.Paused ? null : trigger?.NextFireTimeUtc,
                state == TriggerState.Paused ? new(pause?.PausedAtUtc, pause?.RequestedBy, pause?.Reason) : null));
        }

        return timings;
    }

    public async Task FireAsync(string job, Guid runId, CancellationToken cancellationToken) =>
        await Scheduler.TriggerJob(new JobKey(job), new JobDataMap { [RunKey] = runId.ToString("D") }, cancellationToken);

    public async Task PauseAsync(string job, string by, string reason, CancellationToken cancellationToken) =>
        await Scheduler.PauseTriggerWith(TriggerOf(job), new PauseDetails { Reason = reason, RequestedBy = by }, cancellationToken);

    public async Task ResumeAsync(string job, CancellationToken cancellationToken) => await Scheduler.ResumeTrigger(TriggerOf(job), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (factory is not null)
            await factory.DisposeAsync();
    }

    private static TriggerKey TriggerOf(string job) => new(job);

    private void Configure(IQuartzBuilder quartz)
    {
        quartz.Services.AddSingleton(loggers);
        quartz.ConfigureScheduler(options =>
        {
            options.InstanceName = name;
            options.InstanceId = database.IsShared ? runner.Replica : name;
            options.IdleWaitTime = IdleWait;
            options.PropagateTraceContext = false;
        });
        quartz.UseDefaultThreadPool(Threads);
        quartz.UseTimeProvider(clock);
        quartz.UsePersistentStore(store =>
        {
            // Quartz holds providers by this name for the whole process; several shops may run in one.
            store.UseDataSource($"jobs-{runner.Replica}");
            store.ConfigureStore(options =>
            {
                options.SchemaProvisioning = SchemaProvisioning.None;
                options.StoreJobDataAsStrings = true;
            });
            if (database is PostgreSqlJobDatabase postgreSql)
            {
                store.UsePostgres(options => options.DataSourceFactory = _ => postgreSql.Source);
            }
            else if (database is PackageJobDatabase { Engine: "SqlServer" } sqlServer)
            {
                store.UseSqlServer(sqlServer.Provider, sqlServer.ConnectionString);
            }
            else if (database is PackageJobDatabase other)
            {
                throw new StartupException($"Quartz is not set up for {other.Engine} here. Set Shop:Jobs:Enabled=false.");
            }
            else
            {
                store.UseSqlite(SqliteFactory.Instance, database.ConnectionString);
            }

            if (database.IsShared)
                store.UseClustering(options => options.CheckinInterval = Checkin);
        });
    }

    /// <summary>A schedule that is as it was goes on, paused or not; another one replaces it.</summary>
    private async Task TakeUpAsync(IScheduler built, ScheduledJob job, CancellationToken cancellationToken)
    {
        var detail = JobBuilder.Create<FiredJob>().WithIdentity(job.Name).WithDescription(job.Definition.Description).StoreDurably(true).Build();
        await built.AddJob(detail, AddJobOptions.Replacing, cancellationToken);
        var before = await built.GetTrigger(TriggerOf(job.Name), cancellationToken);
        if (before is not null && before.JobDataMap.TryGetValue(ScheduleKey, out var schedule) && (string?)schedule == job.Schedule.ToString())
            return;
        if (before is not null)
            await built.UnscheduleJob(TriggerOf(job.Name), cancellationToken);
        if (TriggerFor(job) is { } trigger)
            await built.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
    }

    /// <summary>A time of day that was missed is made up for once; an interval goes on with the next one.</summary>
    private ITrigger? TriggerFor(ScheduledJob job)
    {
        var trigger = TriggerBuilder.Create(clock).WithIdentity(TriggerOf(job.Name)).ForJob(job.Name).UsingJobData(ScheduleKey, job.Schedule.ToString());
        return job.Schedule switch
        {
            { Cron: { } cron } => trigger.WithSchedule(
                CronScheduleBuilder.Create(cron).InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build(),
            { Interval: { } interval } => trigger.StartAt(clock.GetUtcNow() + interval).WithSchedule(
                SimpleScheduleBuilder.Create().WithInterval(interval).RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount)).Build(),
            _ => null,
        };
    }
}

/// <summary>What Quartz fires for each of our jobs.</summary>
public sealed class FiredJob : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var runner = (JobRunner)context.Scheduler.Context[QuartzScheduler.RunnerKey]!;
        var job = context.JobDetail.Key.Name;
        if (context.MergedJobDataMap.TryGetValue(QuartzScheduler.RunKey, out var run) && Guid.TryParse(run as string, out var id))
            await runner.RunRequestedAsync(job, id, context.FireInstanceId);
        else
            await runner.RunScheduledAsync(job, context.ScheduledFireTimeUtc ?? context.FireTimeUtc, context.FireInstanceId);
    }
}
