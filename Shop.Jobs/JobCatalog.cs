using Microsoft.Extensions.Configuration;

namespace Shop.Jobs;

/// <summary>A job of this process, with the schedule that it has here.</summary>
public sealed record ScheduledJob(JobDefinition Definition, JobSchedule Schedule)
{
    public string Name => Definition.Name;
}

/// <summary>All jobs of this process, by name.</summary>
public sealed class JobCatalog
{
    private readonly Dictionary<string, ScheduledJob> jobs;

    public JobCatalog(IEnumerable<JobDefinition> definitions, IConfiguration configuration)
    {
        All = [.. definitions.Select(job => new ScheduledJob(job, JobSettings.ScheduleOf(configuration, job))).OrderBy(job => job.Name, StringComparer.Ordinal)];
        jobs = All.ToDictionary(job => job.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<ScheduledJob> All { get; }

    public ScheduledJob? Find(string name) => jobs.GetValueOrDefault(name);
}
