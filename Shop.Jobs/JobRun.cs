namespace Shop.Jobs;

/// <summary>Why a run took place.</summary>
public enum JobCause
{
    /// <summary>Its time had come.</summary>
    Schedule,

    /// <summary>Somebody asked for it.</summary>
    Manual,

    /// <summary>Somebody asked for another try of an earlier run.</summary>
    Retry,

    /// <summary>An earlier run was broken off by the end of its process.</summary>
    MadeUp,
}

/// <summary>How a run stands.</summary>
public enum JobOutcome
{
    /// <summary>Asked for; a replica takes it as soon as the job does not run elsewhere.</summary>
    Waiting,

    Running,

    Succeeded,

    /// <summary>It threw, or found something that a person must see.</summary>
    Failed,

    /// <summary>Its process ended, or stood still, in the middle of it.</summary>
    Killed,

    /// <summary>Its process was told to stop in the middle of it.</summary>
    Stopped,
}

/// <summary>One run of a job, as the history has it.</summary>
public sealed record JobRun
{
    public required Guid Id { get; init; }

    public required string Job { get; init; }

    /// <summary>What it is the run of; no two runs of a job are of the same.</summary>
    public required string Occurrence { get; init; }

    public required JobCause Cause { get; init; }

    public JobOutcome Outcome { get; init; }

    /// <summary>1, and one more for each run before it that was broken off and that it makes up.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The run that it tries again or makes up.</summary>
    public Guid? OfRun { get; init; }

    /// <summary>The run that makes this one up.</summary>
    public Guid? NextRun { get; init; }

    public string? RequestedBy { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The process that ran it.</summary>
    public string? Replica { get; init; }

    /// <summary>The scheduler's name for the firing.</summary>
    public string? FireInstance { get; init; }

    public string? Summary { get; init; }

    public string? Error { get; init; }

    /// <summary>Where the next run goes on, for a job that goes round in parts.</summary>
    public string? Mark { get; init; }

    /// <summary>Null where only its outline was asked for.</summary>
    public IReadOnlyList<JobLine>? Lines { get; init; }
}

/// <summary>One line that a run logged.</summary>
/// <param name="Level">information, warning or error.</param>
public sealed record JobLine(DateTimeOffset At, string Level, string Text);
