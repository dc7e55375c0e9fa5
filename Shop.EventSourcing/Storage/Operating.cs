namespace Shop.EventSourcing.Storage;

/// <summary>Parked messages that failed alike.</summary>
/// <param name="MessageType">As stored: type names (URNs), separated by <c>;</c>.</param>
/// <param name="Failure">Type of the exception, or the reason where there was none.</param>
public sealed record ParkedGroup(string Endpoint, string MessageType, string Failure);

/// <param name="Oldest">When the first of them was parked.</param>
/// <param name="Newest">When the last of them was parked.</param>
public sealed record ParkedGroupStatus(ParkedGroup Group, long Messages, DateTimeOffset Oldest, DateTimeOffset Newest);

/// <summary>A place in the list of scheduled messages.</summary>
public sealed record ScheduledPlace(DateTimeOffset DueAt, Guid Id);

/// <summary>A stream by name.</summary>
/// <param name="ArchivedVersion">The last version in the archive; 0: none.</param>
public sealed record StreamEntry(string Name, long Version, long ArchivedVersion);

/// <summary>Messages that are due and not delivered, of one destination.</summary>
public sealed record WaitingMessages(string Destination, long Messages, DateTimeOffset OldestSince)
{
    /// <summary>As far as they are counted.</summary>
    public const int CountedAtMost = 20_000;
}
