namespace Shop.EventSourcing.Storage;

/// <summary>A file of the archive: whole streams, or later parts of such, that are no longer among the hot events.</summary>
/// <param name="Name">Path below the store's folder of the archive; never used twice.</param>
/// <param name="First">Lowest position in it. Positions in between may be elsewhere.</param>
/// <param name="Last">Highest position in it.</param>
/// <param name="Checksum">SHA-256 of the file.</param>
public sealed record Segment(string Name, long First, long Last, int Events, byte[] Checksum, DateTimeOffset ArchivedAt);

/// <summary>Where a part of a stream is.</summary>
public sealed record ArchivedPart(string Stream, long FirstVersion, long LastVersion);

/// <summary>A stream of which some events are not in the archive.</summary>
/// <param name="Id">Position of its first event.</param>
/// <param name="ArchivedVersion">The last version in the archive; 0: none.</param>
public sealed record HotStream(long Id, string Name, long Version, long ArchivedVersion);
