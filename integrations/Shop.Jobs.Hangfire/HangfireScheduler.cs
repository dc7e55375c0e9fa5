using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.SqlServer;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.SqlClient;
using Npgsql;
using Shop.Jobs.Running;

namespace Shop.Jobs.Hangfire;

/// <summary>
/// Hangfire's recurring jobs, one for each of ours that has a schedule. A paused one never ticks. Hangfire knows no pauses and
/// no schedule but its own: both stand in a hash beside it.
/// </summary>
internal sealed class HangfireScheduler(JobStorage storage, JobStore store, JobCatalog catalog, JobRunner runner, TimeProvider clock) : IJobScheduler
{
    private const int Workers = 2;
    private const string TakingUp = "shop-jobs";
    private const string ScheduleField = "schedule";
    private const string PausedAtField = "pausedAt";
    private const string ByField = "by";
    private const string ReasonField = "reason";

    /// <summary>No schedule of ours is shorter.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly RecurringJobManager recurring = new(storage);
    private readonly BackgroundJobClient client = new(storage);
    private BackgroundJobServer? server;

    public string Name => "Hangfire";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        PrepareTables();
        using (var connection = storage.GetConnection())
        using (connection.AcquireDistributedLock(TakingUp, LockPatience))
        {
            foreach (var job in catalog.All)
                TakeUp(connection, job);
        }

        server ??= new(
            new BackgroundJobServerOptions
            {
                ServerName = runner.Replica,
                WorkerCount = Workers,
                SchedulePollingInterval = Poll,
                StopTimeout = StopPatience,
                ShutdownTimeout = StopPatience,
                Activator = new FiredJobActivator(new(catalog, runner)),
            },
            storage);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (server is not { } running)
            return;
        running.SendStop();
        await running.WaitForShutdownAsync(cancellationToken);
    }

    public Task<IReadOnlyList<JobTiming>> ReadAsync(CancellationToken cancellationToken)
    {
        using var connection = storage.GetConnection();
        var now = clock.GetUtcNow();
        return Task.FromResult<IReadOnlyList<JobTiming>>([.. catalog.All.Select(job =>
            FindPause(connection, job.Name) is { } pause ? new JobTiming(job.Name, null, pause) : new(job.Name, job.Schedule.Next(now), null))]);
    }

    public Task FireAsync(string job, Guid runId, CancellationToken cancellationToken)
    {
        client.Create(Job.FromExpression<FiredJob>(fired => fired.RunRequestedAsync(job, runId, null)), new EnqueuedState());
        return Task.CompletedTask;
    }

    public Task PauseAsync(string job, string by, string reason, CancellationToken cancellationToken)
    {
        if (catalog.Find(job) is { } known && Ticks.Of(known) is not null)
        {
            using var connection = storage.GetConnection();
            using var turn = connection.AcquireDistributedLock(TakingUp, LockPatience);
            Remember(connection, known, [new(PausedAtField, clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)), new(ByField, by), new(ReasonField, reason)]);
            Tick(known, Cron.Never());
        }

        return Task.CompletedTask;
    }

    public Task ResumeAsync(string job, CancellationToken cancellationToken)
    {
        if (catalog.Find(job) is { } known)
        {
            using var connection = storage.GetConnection();
            using var turn = connection.AcquireDistributedLock(TakingUp, LockPatience);
            Remember(connection, known, []);
            Tick(known, Ticks.Of(known));
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        server?.Dispose();
        server = null;
        return ValueTask.CompletedTask;
    }

    private static string KeyOf(string job) => $"shop-job:{job}";

    private static JobPause? FindPause(IStorageConnection connection, string job) =>
        connection.GetAllEntriesFromHash(KeyOf(job)) is { } kept && kept.TryGetValue(PausedAtField, out var at)
            ? new(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), kept.GetValueOrDefault(ByField), kept.GetValueOrDefault(ReasonField))
            : null;

    private static void Remember(IStorageConnection connection, ScheduledJob job, IEnumerable<KeyValuePair<string, string>> pause)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.RemoveHash(KeyOf(job.Name));
        transaction.SetRangeInHash(KeyOf(job.Name), [new(ScheduleField, job.Schedule.ToString()), .. pause]);
        transaction.Commit();
    }

    private void PrepareTables()
    {
        switch (store.Engine)
        {
            case "PostgreSql":
                using (var connection = new NpgsqlConnection(store.ConnectionString))
                {
                    connection.Open();
                    PostgreSqlObjectsInstaller.Install(connection, HangfirePackage.Schema);
                }

                break;
            case "SqlServer":
                using (var connection = new SqlConnection(store.ConnectionString))
                {
                    connection.Open();
                    SqlServerObjectsInstaller.Install(connection, HangfirePackage.Schema, enableHeavyMigrations: true);
                }

                break;
        }
    }

    /// <summary>A schedule that is as it was goes on, paused or not; another one replaces it.</summary>
    private void TakeUp(IStorageConnection connection, ScheduledJob job)
    {
        if (connection.GetAllEntriesFromHash(KeyOf(job.Name)) is { } kept && kept.GetValueOrDefault(ScheduleField) == job.Schedule.ToString())
            return;
        Remember(connection, job, []);
        Tick(job, Ticks.Of(job));
    }

    /// <summary>A time that was missed while nothing ran is made up for once, as one tick.</summary>
    private void Tick(ScheduledJob job, string? cron)
    {
        if (cron is null)
        {
            recurring.RemoveIfExists(job.Name);
            return;
        }

        var name = job.Name;
        recurring.AddOrUpdate(
            name, Job.FromExpression<FiredJob>(fired => fired.RunScheduledAsync(name, null)), cron,
            new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc, MisfireHandling = MisfireHandlingMode.Relaxed });
    }
}
