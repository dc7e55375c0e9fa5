namespace Shop.EventSourcing.Storage;

/// <content>Seals, for the proof that the log was not changed.</content>
public partial interface IStorageEngine
{
    /// <summary>Seals with <c>last &gt; afterPosition</c>, in the order of the log.</summary>
    Task<IReadOnlyList<Seal>> ReadSealsAsync(long afterPosition, int limit, CancellationToken cancellationToken);

    /// <summary>The seal of the highest positions, or null.</summary>
    Task<Seal?> ReadLastSealAsync(CancellationToken cancellationToken);

    /// <summary>Adds a seal under a lease, which it also checks and renews.</summary>
    /// <param name="previous">The hash of the last seal; of no bytes for the first one.</param>
    /// <returns>False, and nothing written, when the lease was taken over or given up, or the last seal has another hash.</returns>
    Task<bool> AddSealAsync(Seal seal, byte[] previous, Lease lease, CancellationToken cancellationToken);
}
