namespace Shop.Jobs;

/// <summary>What a scheduler knows of a job.</summary>
/// <param name="NextRunAt">Null while it is paused or has no schedule.</param>
public sealed record JobTiming(string Job, DateTimeOffset? NextRunAt, JobPause? Pause);

/// <summary>Since when, by whom and why a job does not run by itself.</summary>
public sealed record JobPause(DateTimeOffset? At, string? By, string? Reason);

/// <summary>
/// Fires jobs when their time has come, and on request, each time in one replica. What a firing does, and the history, is
/// <see cref="Running.JobRunner"/>'s: another scheduler runs the same definitions by calling it.
/// </summary>
public interface IJobScheduler : IAsyncDisposable
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>Takes up the schedules and starts to fire. Called until it does not throw.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Fires nothing any more, and waits for what was fired.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>The timing of every job.</summary>
    Task<IReadOnlyList<JobTiming>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Has a run that was asked for started in one of the replicas, whether the job is paused or not.</summary>
    Task FireAsync(string job, Guid runId, CancellationToken cancellationToken);

    /// <summary>Fires it no more by itself, in all replicas.</summary>
    Task PauseAsync(string job, string by, string reason, CancellationToken cancellationToken);

    Task ResumeAsync(string job, CancellationToken cancellationToken);
}
