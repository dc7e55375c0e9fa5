using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Operating;

/// <summary>How far the redriving of a group has got.</summary>
/// <param name="Store">Name of the service.</param>
/// <param name="Total">Messages in the group when it began.</param>
/// <param name="Done">Sent again so far.</param>
/// <param name="EndedAt">Null while it goes on.</param>
/// <param name="Error">Why it stopped before the end; the rest is still parked.</param>
public sealed record GroupRedrive(
    Guid Id, string Store, ParkedGroup Group, string Who, string Reason, DateTimeOffset BeganAt, long Total, long Done, DateTimeOffset? EndedAt, string? Error);

/// <summary>
/// Redrives groups of parked messages in the background, a message at a time. How far it has got is known to this process only; whatever
/// ends it, each message is either parked still or sent again.
/// </summary>
public sealed partial class GroupRedrives(ParkedMessages parked, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<GroupRedrives> logger)
{
    private const int Batch = 100;
    private const int Remembered = 50;

    private readonly ConcurrentDictionary<Guid, GroupRedrive> all = new();

    /// <summary>Those begun lately, the newest first.</summary>
    public IReadOnlyList<GroupRedrive> All => [.. all.Values.OrderByDescending(redrive => redrive.BeganAt)];

    public GroupRedrive? Find(Guid id) => all.GetValueOrDefault(id);

    /// <summary>Begins to redrive what a group has now; what is parked meanwhile stays so.</summary>
    /// <returns>Null when nothing of this group is parked.</returns>
    public async Task<GroupRedrive?> BeginAsync(string store, ParkedGroup group, string who, string reason, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var status = (await parked.GroupsAsync(cancellationToken)).FirstOrDefault(found => found.Store == store && found.Status.Group == group);
        if (status.Status is null)
            return null;
        var begun = new GroupRedrive(Guid.CreateVersion7(now), store, group, who, reason, now, status.Status.Messages, 0, null, null);
        await parked.RecordAsync(store, new(who, "parked-group-redriven", $"{status.Status.Messages} messages of {group.Endpoint}: {Short(group.Failure)}", reason), cancellationToken);
        foreach (var old in All.Skip(Remembered).Where(old => old.EndedAt is not null))
            all.TryRemove(old.Id, out _);
        all[begun.Id] = begun;
        _ = Task.Run(() => RunAsync(begun, lifetime.ApplicationStopping), CancellationToken.None);
        return begun;
    }

    private async Task RunAsync(GroupRedrive begun, CancellationToken cancellationToken)
    {
        var progress = begun;
        try
        {
            // Ids are in the order of parking: what comes after the beginning is not of this run.
            var last = Guid.Empty;
            while (await parked.ReadAsync(begun.Store, last, begun.Group, Batch, cancellationToken) is { Count: > 0 } batch)
            {
                foreach (var message in batch)
                {
                    if (message.ParkedAt > begun.BeganAt)
                        continue;
                    await parked.RedriveAsync(begun.Store, message, cancellationToken);
                    all[begun.Id] = progress = progress with { Done = progress.Done + 1 };
                }

                last = batch[^1].Id;
            }

            all[begun.Id] = progress with { EndedAt = clock.GetUtcNow() };
        }
#pragma warning disable CA1031 // Whoever asks for the progress is told; the rest is still parked.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogStopped(error, progress.Done, progress.Total, begun.Group.Endpoint);
            all[begun.Id] = progress with { EndedAt = clock.GetUtcNow(), Error = error.GetBaseException().Message };
        }
    }

    private static string Short(string failure) => failure.Length <= 100 ? failure : failure[..100];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redriving a group of {Endpoint} stopped after {Done} of {Total} messages; the others are still parked.")]
    private partial void LogStopped(Exception error, long done, long total, string endpoint);
}
