using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>One candidate for a lease: takes it when it is free, renews it in time, gives it up.</summary>
internal sealed class LeaseHolder(EventStore store, string name, TimeSpan duration)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Guid holder = Guid.CreateVersion7();
    private long renewedAt;

    /// <summary>The lease as it was granted last; null when it is somebody else's.</summary>
    public Lease? Lease { get; private set; }

    /// <summary>Takes or keeps the lease; asks the database only after a third of its time.</summary>
    /// <returns>The lease, or null while somebody else holds it.</returns>
    public async ValueTask<Lease?> HoldAsync(CancellationToken cancellationToken)
    {
        if (Lease is not null && store.Clock.GetElapsedTime(renewedAt) < duration / 3)
            return Lease;
        var asked = store.Clock.GetTimestamp();
        Lease = await store.Engine.TakeLeaseAsync(name, holder, duration, cancellationToken);
        renewedAt = asked;
        return Lease;
    }

    /// <summary>A write under the lease, which began then by <see cref="TimeProvider.GetTimestamp"/>, has renewed it.</summary>
    public void Renewed(long timestamp) => renewedAt = timestamp;

    /// <summary>A write was refused: somebody else may have it.</summary>
    public void Lost() => Lease = null;

    /// <summary>Waits until the lease may be free: given up by its holder, or expired.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var freed = store.Watch(Topic);
        await store.EndsWithinAsync(freed.NextAsync(), duration / 4 < Poll ? duration / 4 : Poll, cancellationToken);
    }

    /// <summary>Gives it up, so that the next one need not wait for its end. When that fails, it ends by itself.</summary>
    public async Task ReleaseAsync(TimeSpan patience)
    {
        if (Lease is not { } lease)
            return;
        Lease = null;
        using var timeout = new CancellationTokenSource(patience, store.Clock);
        try
        {
            await store.Engine.ReleaseLeaseAsync(lease, timeout.Token);
            store.Signal(Topic, lease.Token);
        }
#pragma warning disable CA1031 // The database may be away: then the lease is not renewed either.
        catch (Exception error)
#pragma warning restore CA1031
        {
            store.OnBackgroundFailure(error);
        }
    }

    private string Topic => $"lease/{name}";
}
