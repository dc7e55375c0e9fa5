namespace Shop.Jobs;

/// <summary>A recurring piece of work, apart from whatever schedules it.</summary>
public sealed class JobDefinition
{
    /// <summary>Unique within a process, and the same in every replica; part of addresses, so lower case with dashes.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The store that it works on; null for all of them.</summary>
    public string? Store { get; init; }

    /// <summary>Unless <c>Shop:Jobs:Schedules:{name}</c> says otherwise.</summary>
    public required JobSchedule Schedule { get; init; }

    /// <summary>
    /// One run. It may be broken off anywhere and is then made up by another one, so what it does must not be harmed by being done
    /// twice; before each batch it asks <see cref="JobContext.StillOursAsync"/>.
    /// </summary>
    public required Func<JobContext, CancellationToken, Task> RunAsync { get; init; }
}

/// <summary>A job found something that a person must see; its run counts as failed, and is not repeated by itself.</summary>
/// <param name="message">What was found, in one line.</param>
public sealed class JobFindingException(string message) : Exception(message);
