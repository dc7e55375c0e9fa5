using System.Globalization;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Proof;

/// <summary>Compares a log with its seals, and these with their signatures and with heads kept elsewhere. Only reads; the shop may run.</summary>
public sealed class LogVerifier(string store, IStorageEngine engine, ProofKeys keys)
{
    private const int SealBatch = 5;
    private const int EventBatch = 2_000;

    private readonly List<Tampering> findings = [];
    private readonly LogComparison comparison = new();
    private Seal? last;
    private long seals;

    /// <summary>Above 0: the last position of a seal, which is only checked for its signature; what comes after it is compared.</summary>
    public long From { get; init; }

    /// <param name="heads">Signed heads kept outside of the database; those of other stores are left alone.</param>
    public async Task<ProofReport> VerifyAsync(IEnumerable<SignedHead> heads, CancellationToken cancellationToken = default)
    {
        var kept = new Queue<SignedHead>(heads.Where(head => head.Store == store && IsGenuine(head)).OrderBy(head => head.Position));
        var head = await engine.ReadHeadAsync(cancellationToken);
        var log = new LogCursor(engine, EventBatch, From, cancellationToken);
        try
        {
            if (From > 0)
                await BeginAsync(cancellationToken);
            while (await engine.ReadSealsAsync(last?.Last ?? long.MinValue, SealBatch, cancellationToken) is { Count: > 0 } batch)
            {
                foreach (var seal in batch)
                {
                    CheckSeal(seal);
                    CheckHeads(seal, kept);
                    await CompareAsync(seal, log);
                    (last, seals) = (seal, seals + 1);
                }
            }

            await CompareTailAsync(log, head);
        }
        catch (InvalidDataException damaged)
        {
            findings.Add(new(TamperingKind.Damaged, log.Position + 1, null, $"{damaged.Message} What comes after was not compared."));
        }

        findings.AddRange(comparison.Findings(last?.Last ?? 0));
        foreach (var lost in kept)
        {
            findings.Add(log.Position < lost.Position
                ? new(TamperingKind.CutOff, log.Position + 1, null, $"the log went to position {lost.Position} {Told(lost)}, and ends at {log.Position} now")
                : new(TamperingKind.SealMissing, lost.Position, null, $"the log was sealed up to here {Told(lost)}, and has no such seal now"));
        }

        var newest = last is not null && findings.Count == 0 ? SignedHead.Of(store, last) : null;
        return new(store, log.Count, last?.Last ?? 0, seals, newest, [.. findings.OrderBy(finding => finding.Position)]);
    }

    /// <summary>What is proved goes on from the seal at <see cref="From"/>.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (await engine.ReadSealsAsync(From - 1, 1, cancellationToken) is [var before] && before.Last == From)
        {
            last = before;
            if (!SignedHead.Of(store, before).IsSignedBy(keys))
                findings.Add(new(TamperingKind.Forged, before.First, null, $"the seal of positions {Range(before)} {SignatureProblem(before.KeyId)}"));
            return;
        }

        findings.Add(new(TamperingKind.SealMissing, From, null, "the log was sealed up to here before, and has no such seal now"));
    }

    private bool IsGenuine(SignedHead head)
    {
        if (head.IsSignedBy(keys))
            return true;
        findings.Add(new(TamperingKind.Forged, head.Position, null, $"the head kept {Told(head)} {SignatureProblem(head.KeyId)}"));
        return false;
    }

    private void CheckSeal(Seal seal)
    {
        var next = (last?.Last ?? 0) + 1;
        if (seal.First != next)
            findings.Add(new(TamperingKind.SealMissing, next, null, $"no seal covers positions {next} to {seal.First - 1}"));
        else if (!SealContents.Hash(last?.Hash ?? [], seal.First, seal.Last, seal.Digests.Span, seal.Places.Span).AsSpan().SequenceEqual(seal.Hash))
            findings.Add(new(TamperingKind.Forged, seal.First, null, $"the seal of positions {Range(seal)} was changed: what it holds does not give its hash"));
        if (!SignedHead.Of(store, seal).IsSignedBy(keys))
            findings.Add(new(TamperingKind.Forged, seal.First, null, $"the seal of positions {Range(seal)} {SignatureProblem(seal.KeyId)}"));
    }

    private void CheckHeads(Seal seal, Queue<SignedHead> kept)
    {
        while (kept.TryPeek(out var head) && head.Position <= seal.Last)
        {
            kept.Dequeue();
            if (head.Position != seal.Last || !string.Equals(head.Hash, Convert.ToHexStringLower(seal.Hash), StringComparison.OrdinalIgnoreCase))
                findings.Add(new(TamperingKind.Forged, seal.First, null, $"positions {Range(seal)} were sealed anew: the head at {head.Position} {Told(head)} is another one"));
        }
    }

    private async Task CompareAsync(Seal seal, LogCursor log)
    {
        if (seal.Digests.Length != (seal.Last - seal.First + 1) * EventDigest.Bytes || Places(seal) is not { } places)
        {
            findings.Add(new(TamperingKind.Forged, seal.First, null, $"the seal of positions {Range(seal)} cannot be read"));
            while (await log.PeekAsync() is { } skipped && skipped.Position <= seal.Last)
                log.Take();
            return;
        }

        while (await log.PeekAsync() is { } before && before.Position < seal.First)
        {
            // What a missing seal covered cannot be judged.
            if (log.Take() is var taken && taken.Position <= (last?.Last ?? 0))
                comparison.AddUnsealed(taken);
        }

        for (var index = 0; index < places.Count; index++)
        {
            var position = seal.First + index;
            while (await log.PeekAsync() is { } early && early.Position < position)
                comparison.AddUnsealed(log.Take());
            var found = await log.PeekAsync() is { } here && here.Position == position ? log.Take() : null;
            comparison.Compare(position, places[index], seal.Digests.Span.Slice(index * EventDigest.Bytes, EventDigest.Bytes), found);
        }
    }

    /// <summary>Of what is not sealed yet it can be said that nothing is missing in between.</summary>
    private async Task CompareTailAsync(LogCursor log, long head)
    {
        var next = (last?.Last ?? 0) + 1;
        while (await log.PeekAsync() is not null)
        {
            var recorded = log.Take();
            if (comparison.HasMisfits || recorded.Position < next)
                comparison.AddUnsealed(recorded);
            else if (recorded.Position > next)
                findings.Add(new(TamperingKind.Deleted, next, null, $"positions {next} to {recorded.Position - 1} are not sealed yet, and empty"));
            next = Math.Max(next, recorded.Position + 1);
        }

        if (head >= next)
            findings.Add(new(TamperingKind.CutOff, next, null, $"the log's head is at {head}, its last event before {next}"));
    }

    private static List<Place>? Places(Seal seal)
    {
        try
        {
            return SealContents.ReadPlaces(seal);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private string SignatureProblem(string keyId) => keys.Knows(keyId) ? $"does not carry the signature of key {keyId}" : $"is signed by the unknown key {keyId}";

    private static string Told(SignedHead head) => string.Create(CultureInfo.InvariantCulture, $"at {head.SealedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");

    private static string Range(Seal seal) => string.Create(CultureInfo.InvariantCulture, $"{seal.First} to {seal.Last}");
}
