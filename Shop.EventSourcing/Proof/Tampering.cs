using System.Globalization;

namespace Shop.EventSourcing.Proof;

/// <summary>What was done to a log.</summary>
public enum TamperingKind
{
    /// <summary>An event is not what was sealed at its position, or belongs to another stream or version now.</summary>
    Edited,

    Deleted,

    /// <summary>Two events have changed places.</summary>
    Swapped,

    /// <summary>An event is at another position than it was sealed at.</summary>
    Moved,

    /// <summary>An event that was never sealed stands among sealed ones.</summary>
    Inserted,

    /// <summary>The end of the log is gone.</summary>
    CutOff,

    /// <summary>A seal or a head is not what its key signed, or does not continue the chain.</summary>
    Forged,

    /// <summary>A seal is gone.</summary>
    SealMissing,

    /// <summary>What holds the events cannot be read.</summary>
    Damaged,
}

/// <param name="Position">Where it was found.</param>
/// <param name="Place">Stream and version of the event, when it is one event and known.</param>
/// <param name="Description">For people.</param>
public sealed record Tampering(TamperingKind Kind, long Position, Place? Place, string Description)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Word} at position {Position}{(Place is { } place ? $", {place.Stream} version {place.Version}" : "")}: {Description}");

    private string Word => Kind switch
    {
        TamperingKind.CutOff => "cut off",
        TamperingKind.SealMissing => "seal missing",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <param name="Events">How many were read.</param>
/// <param name="SealedTo">Later ones are not proved yet.</param>
/// <param name="Head">The newest signed head, to be kept elsewhere; null when nothing is sealed.</param>
public sealed record ProofReport(string Store, long Events, long SealedTo, long Seals, SignedHead? Head, IReadOnlyList<Tampering> Findings)
{
    public bool IsIntact => Findings.Count == 0;
}
