namespace Shop.EventSourcing.Storage;

/// <summary>Which generation of a projection's rows: those that are read, those that are built beside them, those from before.</summary>
public enum ProjectionSlot
{
    Live,
    Next,
    Previous,

    /// <summary>Only inside a transaction that exchanges two others.</summary>
    Moving,
}

/// <summary>One generation of one projection.</summary>
/// <param name="Generation">1 for the first; each rebuild is one higher.</param>
/// <param name="Position">Its checkpoint.</param>
/// <param name="Goal">Where the log stood when it was begun.</param>
/// <param name="Pause">Set while somebody has paused it.</param>
/// <param name="Error">The event that it cannot apply; it stands before it.</param>
public sealed record ProjectionState(
    string Projection, ProjectionSlot Slot, long Generation, long Position, DateTimeOffset? BeganAt, long Goal, ProjectionPause? Pause, ProjectionError? Error);

public sealed record ProjectionPause(DateTimeOffset At, string By, string? Why);

/// <param name="Event">The stored name, with stream and version.</param>
public sealed record ProjectionError(long Position, string Event, string Message, DateTimeOffset At);

/// <summary>An event that a generation of a projection passed over because somebody said so.</summary>
public sealed record SkippedEvent(
    string Projection, long Generation, long Position, string Event, string Error, string By, string Reason, DateTimeOffset At);

public static class ProjectionSlots
{
    private const string NextSuffix = "#next";

    /// <summary>Name of the checkpoint of a generation.</summary>
    public static string Checkpoint(this ProjectionSlot slot, string projection) => slot switch
    {
        ProjectionSlot.Live => projection,
        ProjectionSlot.Next => projection + NextSuffix,
        _ => $"{projection}#{slot.Name()}",
    };

    internal static string Name(this ProjectionSlot slot) => slot switch
    {
        ProjectionSlot.Live => "live",
        ProjectionSlot.Next => "next",
        ProjectionSlot.Previous => "previous",
        _ => "moving",
    };

    internal static ProjectionSlot Parse(string name) => name switch
    {
        "live" => ProjectionSlot.Live,
        "next" => ProjectionSlot.Next,
        "previous" => ProjectionSlot.Previous,
        _ => ProjectionSlot.Moving,
    };

    /// <summary>Name of the table that holds its rows.</summary>
    internal static string TableName(this ProjectionSlot slot, Table table) => slot == ProjectionSlot.Live ? table.Name : $"{table.Name}__{slot.Name()}";

    /// <summary>Under which lease it is written.</summary>
    internal static string Lease(this ProjectionSlot slot, string projection) => $"projection/{slot.Checkpoint(projection)}";
}
