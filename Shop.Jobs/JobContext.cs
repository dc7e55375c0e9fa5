using Microsoft.Extensions.Logging;

namespace Shop.Jobs;

/// <summary>What one run has: its own log, what it reports in the end, and whether it is still the one that may work.</summary>
public sealed class JobContext
{
    private readonly Func<CancellationToken, Task> check;

    internal JobContext(JobRun run, string? mark, ILogger log, Func<CancellationToken, Task> check)
    {
        Run = run;
        Mark = mark;
        Log = log;
        this.check = check;
    }

    public JobRun Run { get; }

    /// <summary>Its lines belong to the run, and appear in the log of the process as well.</summary>
    public ILogger Log { get; }

    /// <summary>What it did, in one line; also of a run that fails.</summary>
    public string? Summary { get; set; }

    /// <summary>Where the last run that succeeded left off; what it is set to, the next one finds.</summary>
    public string? Mark { get; set; }

    /// <summary>Before each batch: a run that was taken for dead, because its process stood still, must not go on beside the one that makes it up.</summary>
    /// <exception cref="JobTakenOverException">It was.</exception>
    public Task StillOursAsync(CancellationToken cancellationToken) => check(cancellationToken);

    /// <summary>Logs a line.</summary>
    public void Note(string line) => JobLog.Noted(Log, line);

    /// <summary>Logs a line that a person should see.</summary>
    public void Warn(string line) => JobLog.Warned(Log, line);
}

/// <summary>This run was taken for dead and is made up by another one.</summary>
public sealed class JobTakenOverException() : Exception("The run was taken for dead, because its process stood still, and is made up by another one.");

internal static partial class JobLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    public static partial void Noted(ILogger logger, string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Line}")]
    public static partial void Warned(ILogger logger, string line);

    [LoggerMessage(Level = LogLevel.Error, Message = "It failed: {Reason}")]
    public static partial void Failed(ILogger logger, Exception error, string reason);
}
