namespace Shop.EventSourcing.Storage;

/// <summary>
/// What a run of the log contained when it was sealed: the digest and the place of each event, and a hash that continues that of
/// the seal before. One row per run, written behind the log.
/// </summary>
/// <param name="First">Position of the first event.</param>
/// <param name="Last">Position of the last event.</param>
/// <param name="Digests">32 bytes per event, in position order.</param>
/// <param name="Places">Stream and version of each event.</param>
/// <param name="Hash">Over the hash before, the positions, the digests and the places.</param>
/// <param name="KeyId">Of the key that signed.</param>
/// <param name="Signature">Over the head that this seal makes.</param>
public sealed record Seal(
    long First, long Last, byte[] Digests, byte[] Places, byte[] Hash, DateTimeOffset SealedAt, string KeyId, byte[] Signature);
