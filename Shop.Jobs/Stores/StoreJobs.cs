using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.Messaging.Proof;

namespace Shop.Jobs.Stores;

/// <summary>The jobs that every store has.</summary>
internal sealed class StoreJobs(EventStore store, StoreDefinition definition, ProofSettings proof, JobSettings settings, TimeProvider clock)
{
    /// <summary>The nightly jobs of the stores do not begin at the same moment.</summary>
    private const int MinutesApart = 7;
    private const int MostProved = 200_000;
    private const int WrongSnapshotsNamed = 10;
    private const int FindingsNamed = 10;

    public static IEnumerable<JobDefinition> All(IServiceProvider provider, IConfiguration configuration, JobSettings settings)
    {
        var stores = provider.GetServices<EventStore>().ToDictionary(store => store.Name, StringComparer.Ordinal);
        var clock = provider.GetRequiredService<TimeProvider>();
        var proof = ProofSettings.Read(configuration);
        return provider.GetServices<StoreDefinition>()
            .SelectMany((definition, index) => new StoreJobs(stores[definition.Name], definition, proof, settings, clock).All(index * MinutesApart));
    }

    private IEnumerable<JobDefinition> All(int minute)
    {
        yield return Job(
            "cleanup", JobSchedule.Every(TimeSpan.FromHours(1)), CleanUpAsync,
            $"Forgets which messages store {store.Name} handled long ago, and says what waits in its outbox.");
        yield return Job(
            "archive", JobSchedule.Daily(3, minute), ArchiveAsync, $"Moves streams of store {store.Name} that ended long ago to the archive, where one is configured.");
        yield return Job(
            "heads", JobSchedule.Every(TimeSpan.FromHours(1)), SignHeadAsync,
            $"Seals the log of store {store.Name}, signs and keeps its head, and proves that what was appended since the last time is what was sealed.");
        if (definition.Snapshotted.Count > 0)
        {
            yield return Job(
                "snapshots", JobSchedule.Daily(2, minute), CompareSnapshotsAsync,
                $"Compares the snapshots of store {store.Name}, which are taken with the commits, with the events that they stand for.");
        }
    }

    private JobDefinition Job(string name, JobSchedule schedule, Func<JobContext, CancellationToken, Task> run, string description) => new()
    {
        Name = $"{store.Name}-{name}",
        Description = description,
        Store = store.Name,
        Schedule = schedule,
        RunAsync = run,
    };

    /// <summary>Delivered messages leave the outbox with the next commit, and the sweep delivers what was left over: there is nothing to delete.</summary>
    private async Task CleanUpAsync(JobContext context, CancellationToken cancellationToken)
    {
        var cleaned = await store.Engine.CleanInboxAsync(clock.GetUtcNow() - settings.InboxKept, cancellationToken);
        var outbox = await store.Engine.ReadOutboxStatusAsync(clock.GetUtcNow(), cancellationToken);
        context.Summary = Text($"{cleaned} inbox entries older than {settings.InboxKept.TotalDays:0.#} days deleted; {outbox.Waiting} messages due in the outbox, {outbox.Parked} parked");
        if (outbox.OldestSince is { } oldest)
            context.Note(Text($"The oldest message in the outbox has been due since {oldest.UtcDateTime:u}."));
        if (outbox.Parked > 0)
            context.Warn(Text($"{outbox.Parked} messages are parked and wait for a person."));
    }

    /// <summary>Fenced by a lease and a lock of its own, batch by batch.</summary>
    private async Task ArchiveAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (store.Engine.Segments is null)
        {
            context.Summary = "No archive is configured (Shop:Archive:Path): nothing to do";
            return;
        }

        var report = await new Archiver(store.Name, store.Engine, definition.ArchivePolicies, clock).ArchiveAsync(settings.ArchiveAfter, cancellationToken);
        context.Summary = Text($"{report.Events} events of {report.Streams} streams moved to {report.Segments} segments; {report.Removed} leftover files removed");
    }

    private async Task SignHeadAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var keys = proof.Interval > TimeSpan.Zero ? proof.OpenKeys() : null;
        if (keys?.SigningKeyId is null)
        {
            context.Summary = "No key is configured (Shop:Proof): nothing is sealed";
            return;
        }

        var head = proof.HeadOf(store.Name);
        try
        {
            await new Sealer(store, keys, head).CatchUpAsync(cancellationToken);
        }
        catch (TamperedLogException tampered)
        {
            throw new JobFindingException(tampered.Message);
        }

        await context.StillOursAsync(cancellationToken);
        var from = await ProveFromAsync(context.Mark, cancellationToken);
        var report = await new LogVerifier(store.Name, store.Engine, keys) { From = from }.VerifyAsync([], cancellationToken);
        context.Summary = Text($"Sealed and signed up to position {report.SealedTo}; {report.Events} events from position {from + 1} on compared, {report.Findings.Count} findings");
        if (report.Head is { } signed)
            context.Note($"Head: {signed}");
        foreach (var finding in report.Findings.Take(FindingsNamed))
            context.Warn(finding.ToString());
        if (!report.IsIntact)
            throw new JobFindingException(Text($"{report.Findings.Count} findings: the log is not what was sealed. Run: Shop.Host verify"));
        context.Mark = report.SealedTo.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Where the last run left off; of a log that nobody proved for long, the newest part: <c>Shop.Host verify</c> proves all of it.</summary>
    private async Task<long> ProveFromAsync(string? mark, CancellationToken cancellationToken)
    {
        var newest = await store.Engine.ReadLastSealAsync(cancellationToken);
        var floor = (newest?.Last ?? 0) - MostProved;
        if (long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var before) && before >= floor)
            return before;
        return floor > 0 && await store.Engine.ReadSealsAsync(floor, 1, cancellationToken) is [var seal] ? seal.Last : 0;
    }

    private async Task CompareSnapshotsAsync(JobContext context, CancellationToken cancellationToken)
    {
        var wrong = new List<Snapshot>();
        foreach (var aggregate in definition.Snapshotted)
        {
            await context.StillOursAsync(cancellationToken);
            await foreach (var snapshot in aggregate.FindWrongSnapshotsAsync(store.Engine, cancellationToken))
                wrong.Add(snapshot);
        }

        context.Summary = Text($"{definition.Snapshotted.Count} kinds of snapshots compared with their events, {wrong.Count} wrong");
        foreach (var snapshot in wrong.Take(WrongSnapshotsNamed))
            context.Warn(Text($"The snapshot of {snapshot.Stream} at version {snapshot.Version} is not what its events give. Delete its row: it is not needed."));
        if (wrong.Count > 0)
            throw new JobFindingException(Text($"{wrong.Count} snapshots are not what their events give. Delete their rows: they are not needed."));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
