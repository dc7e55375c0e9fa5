namespace Shop.EventSourcing.Storage;

/// <summary>The state of a stream at a version, so that loading need not start at its first event. One per stream; never needed, only quicker.</summary>
public sealed record Snapshot
{
    /// <summary>An engine writes them like the rows of a read model.</summary>
    public static readonly Table<Snapshot> Table = new("snapshots", nameof(Stream));

    public required string Stream { get; init; }

    public required long Version { get; init; }

    /// <summary>Of the state's JSON: one of another shape is not used, and replaced in time.</summary>
    public required string Shape { get; init; }

    /// <summary>JSON.</summary>
    public required string State { get; init; }

    public required DateTimeOffset TakenAt { get; init; }
}
