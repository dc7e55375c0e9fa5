using Shop.EventSourcing.Storage;

namespace Shop.Audit.Live;

/// <summary>One service's log, in this process or elsewhere. Nothing is ever written to it.</summary>
public interface IFollowedLog
{
    /// <summary>Position of its last event.</summary>
    /// <exception cref="SourceAwayException">It cannot be read now.</exception>
    Task<long> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>Events after a position, in the order of the log.</summary>
    /// <exception cref="SourceAwayException">It cannot be read now.</exception>
    Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>The events of one stream, also those that are archived; none when there is no such stream.</summary>
    /// <exception cref="SourceAwayException">It cannot be read now.</exception>
    Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(string stream, CancellationToken cancellationToken);
}

/// <summary>What the provider's own books say of some orders.</summary>
/// <returns>Null where the provider shows its books to nobody.</returns>
/// <exception cref="SourceAwayException">They cannot be read now.</exception>
public delegate Task<IReadOnlyList<ProviderIntent>?> ProviderBooks(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken);

/// <summary>A log or the provider's books cannot be read now; the message says whose, and why. The audit waits for it.</summary>
public sealed class SourceAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The log of a store of this process.</summary>
public sealed class StoreLog(IStorageEngine engine) : IFollowedLog
{
    private const int StreamBatch = 1_000;

    public Task<long> ReadHeadAsync(CancellationToken cancellationToken) => engine.ReadHeadAsync(cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) => engine.ReadLogAsync(after, limit, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(string stream, CancellationToken cancellationToken) =>
        engine.ReadStreamAsync(stream, 0, null, null, StreamBatch, cancellationToken);
}
