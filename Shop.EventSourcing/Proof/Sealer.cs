using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>
/// Seals the log behind the commits, which pay nothing for it: every interval, what was appended since becomes a seal with a signed
/// head. Of all sealers of a store, in all processes, the one that holds the lease works.
/// </summary>
/// <param name="heads">Where the newest head is kept outside of the database; null: nowhere.</param>
public sealed class Sealer(EventStore store, ProofKeys keys, HeadFile? heads = null, TimeSpan? interval = null, TimeSpan? leaseDuration = null)
{
    /// <summary>What was appended within the last moments is not proved yet.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    public const string LeaseName = "proof";

    private const int EventsPerSeal = 1_000;
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private readonly LeaseHolder lease = new(store, LeaseName, leaseDuration ?? DefaultLease);
    private long token = -1;
    private long sealedTo;
    private byte[] hash = [];

    /// <summary>Seals until cancelled, while no other sealer does.</summary>
    /// <exception cref="TamperedLogException">What is stored is not what was sealed. Nothing is sealed over it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await SealOnceAsync(cancellationToken) is not { } count)
                    await lease.WaitAsync(cancellationToken);
                else if (count < EventsPerSeal)
                    await Task.Delay(interval ?? DefaultInterval, store.Clock, cancellationToken);
            }
        }
        finally
        {
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <summary>Seals everything that the log holds now, once no other sealer works on it.</summary>
    /// <exception cref="TamperedLogException">What is stored is not what was sealed. Nothing is sealed over it.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await store.ReadHeadAsync(cancellationToken);
            while (await SealOnceAsync(cancellationToken) is not 0)
            {
                if (lease.Lease is null)
                    await lease.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <returns>How many events it sealed; null when another sealer holds the lease.</returns>
    private async Task<int?> SealOnceAsync(CancellationToken cancellationToken)
    {
        if (await lease.HoldAsync(cancellationToken) is not { } held)
            return null;
        if (held.Token != token)
            await ContinueAsync(held, cancellationToken);
        if (store.Position <= sealedTo)
            return 0;
        var events = await store.Engine.ReadLogAsync(sealedTo, EventsPerSeal, cancellationToken);
        if (events.Count == 0)
            return 0;

        var seal = Make(events);
        var renewed = store.Clock.GetTimestamp();
        if (!await store.Engine.AddSealAsync(seal, hash, held, cancellationToken))
        {
            lease.Lost();
            token = -1;
            return null;
        }

        lease.Renewed(renewed);
        (sealedTo, hash) = (seal.Last, seal.Hash);
        heads?.Write(SignedHead.Of(store.Name, seal));
        return events.Count;
    }

    /// <summary>Goes on from the last seal, which must be our own work and not older than what we remember outside.</summary>
    private async Task ContinueAsync(Lease held, CancellationToken cancellationToken)
    {
        var last = await store.Engine.ReadLastSealAsync(cancellationToken);
        if (last is not null && !SignedHead.Of(store.Name, last).IsSignedBy(keys))
        {
            throw new TamperedLogException(keys.Knows(last.KeyId)
                ? $"The last seal of store {store.Name}, at position {last.Last}, does not carry its key's signature. Run: Shop.Host verify"
                : $"The last seal of store {store.Name} was signed by key {last.KeyId}, which is not known. Add that key, or its public part, to the key file.");
        }

        if (heads?.Read() is { } head)
            await CheckAsync(head, cancellationToken);
        (sealedTo, hash, token) = (last?.Last ?? 0, last?.Hash ?? [], held.Token);
    }

    /// <summary>Sealing over a log that was cut off would cover up the deed.</summary>
    private async Task CheckAsync(SignedHead head, CancellationToken cancellationToken)
    {
        if (head.Store != store.Name || !head.IsSignedBy(keys))
            throw new TamperedLogException($"{heads!.Path} does not hold a head of store {store.Name} signed by a known key. Put back the one that was there.");
        var seals = await store.Engine.ReadSealsAsync(head.Position - 1, 1, cancellationToken);
        if (seals is not [var seal] || seal.Last != head.Position || Convert.ToHexStringLower(seal.Hash) != head.Hash)
        {
            throw new TamperedLogException(
                $"Store {store.Name} lacks the seal at position {head.Position} of {head.SealedAt:O} that {heads!.Path} tells of: its log was cut off or replaced. "
                + "Run: Shop.Host verify. If you have restored an older backup yourself, delete that file.");
        }
    }

    private Seal Make(IReadOnlyList<RecordedEvent> events)
    {
        for (var index = 0; index < events.Count; index++)
        {
            if (events[index].Position != sealedTo + 1 + index)
                throw new TamperedLogException($"Store {store.Name} has no event at position {sealedTo + 1 + index}, but later ones: it was deleted. Run: Shop.Host verify");
        }

        var (first, last, now, keyId) = (events[0].Position, events[^1].Position, store.Clock.GetUtcNow().TruncateToMicroseconds(), keys.SigningKeyId ?? "");
        var (digests, places) = (SealContents.Digests(events), SealContents.Places(events));
        var next = SealContents.Hash(hash, first, last, digests, places);
        return new(first, last, digests, places, next, now, keyId, keys.Sign(SignedHead.Signed(store.Name, last, next, now, keyId)));
    }
}
