using System.Collections.Concurrent;

namespace Shop.Jobs.Tests;

/// <summary>Jobs that do what a test needs of them.</summary>
internal static class TestJobs
{
    public static JobDefinition Define(string name, Func<JobContext, CancellationToken, Task> run, JobSchedule? schedule = null) => new()
    {
        Name = name,
        Description = $"{name}, for tests.",
        Schedule = schedule ?? JobSchedule.Never,
        RunAsync = run,
    };

    /// <summary>Counts its runs.</summary>
    public static JobDefinition Counting(string name, ConcurrentQueue<JobRun> runs, JobSchedule? schedule = null) => Define(
        name,
        (context, _) =>
        {
            runs.Enqueue(context.Run);
            context.Note("counted");
            context.Summary = $"run {runs.Count}";
            return Task.CompletedTask;
        },
        schedule);

    /// <summary>Waits until a file says that it may end, beating meanwhile.</summary>
    public static JobDefinition Patient(string name, string folder) => Define(name, async (context, cancellationToken) =>
    {
        context.Note("It has begun.");
        await context.StillOursAsync(cancellationToken);
        while (!File.Exists(Path.Combine(folder, "may-end")))
            await Task.Delay(50, cancellationToken);
        context.Summary = "waited to the end";
    });
}
