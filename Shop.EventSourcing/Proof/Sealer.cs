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

    /// <summary>Each seal is a transaction that commits wait for: under load few and large ones.</summary>
    private const int EventsPerSeal = 50_000;
    private const int EventsPerRead = 2_000;
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    /// <summary>What was just committed is taken in soon, so that it need not be kept in memory until it is sealed.</summary>
    private static readonly TimeSpan CollectPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(100);

    private readonly LeaseHolder lease = new(store, LeaseName, leaseDuration ?? DefaultLease);
    private readonly SealDraft draft = new();
    private long token = -1;
    private byte[] hash = [];

    /// <summary>Seals until cancelled, while no other sealer does.</summary>
    /// <exception cref="TamperedLogException">What is stored is not what was sealed. Nothing is sealed over it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = interval ?? DefaultInterval;
        var sealedAt = store.Clock.GetTimestamp();
        try
        {
            while (true)
            {
                if (await HoldAsync(cancellationToken) is not { } held)
                {
                    store.Recent = null;
                    await lease.WaitAsync(cancellationToken);
                    continue;
                }

                store.Recent ??= new();
                var isAll = await CollectAsync(cancellationToken);
                var isIdle = draft.Count == 0;
                if (draft.Count >= EventsPerSeal || (!isIdle && store.Clock.GetElapsedTime(sealedAt) >= pause))
                {
                    await SealAsync(held, cancellationToken);
                    sealedAt = store.Clock.GetTimestamp();
                }

                if (isAll)
                    await Task.Delay(isIdle ? IdlePause : CollectPause, store.Clock, cancellationToken);
            }
        }
        finally
        {
            store.Recent = null;
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <summary>Seals everything that the log holds now, once no other sealer works on it.</summary>
    /// <exception cref="TamperedLogException">What is stored is not what was sealed. Nothing is sealed over it.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var head = await store.ReadHeadAsync(cancellationToken);
            do
            {
                if (await HoldAsync(cancellationToken) is not { } held)
                {
                    await lease.WaitAsync(cancellationToken);
                    continue;
                }

                await CollectAsync(cancellationToken);
                if (draft.Count > 0)
                    await SealAsync(held, cancellationToken);
            }
            while (token < 0 || draft.Last < head);
        }
        finally
        {
            await lease.ReleaseAsync(ReleasePatience);
        }
    }

    /// <returns>Null when another sealer holds the lease.</returns>
    private async Task<Lease?> HoldAsync(CancellationToken cancellationToken)
    {
        if (await lease.HoldAsync(cancellationToken) is not { } held)
            return null;
        if (held.Token != token)
            await ContinueAsync(held, cancellationToken);
        return held;
    }

    /// <returns>True when there is nothing more for now.</returns>
    private async Task<bool> CollectAsync(CancellationToken cancellationToken)
    {
        while (draft.Count < EventsPerSeal && draft.Last < store.Position)
        {
            var before = draft.Last;
            store.Recent?.MoveTo(draft, EventsPerSeal);
            if (draft.Last > before)
                continue;
            var events = await store.Engine.ReadLogAsync(before, EventsPerRead, cancellationToken);
            foreach (var recorded in events)
            {
                if (recorded.Position != draft.Last + 1)
                    throw new TamperedLogException($"Store {store.Name} has no event at position {draft.Last + 1}, but later ones: it was deleted. Run: Shop.Host verify");
                draft.Add(recorded);
            }

            if (events.Count == 0)
                return true;
        }

        return draft.Count < EventsPerSeal;
    }

    private async Task SealAsync(Lease held, CancellationToken cancellationToken)
    {
        var (now, keyId) = (store.Clock.GetUtcNow().TruncateToMicroseconds(), keys.SigningKeyId ?? "");
        var (digests, places) = (draft.Digests, draft.Places);
        var next = SealContents.Hash(hash, draft.First, draft.Last, digests.Span, places.Span);
        var signature = keys.Sign(SignedHead.Signed(store.Name, draft.Last, next, now, keyId));
        var seal = new Seal(draft.First, draft.Last, digests, places, next, now, keyId, signature);
        var renewed = store.Clock.GetTimestamp();
        if (!await store.Engine.AddSealAsync(seal, hash, held, cancellationToken))
        {
            lease.Lost();
            token = -1;
            return;
        }

        lease.Renewed(renewed);
        Begin(seal.Last, seal.Hash);
        heads?.Write(SignedHead.Of(store.Name, seal));
    }

    private void Begin(long sealedTo, byte[] lastHash)
    {
        draft.Begin(sealedTo);
        hash = lastHash;
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
        Begin(last?.Last ?? 0, last?.Hash ?? []);
        token = held.Token;
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
}
