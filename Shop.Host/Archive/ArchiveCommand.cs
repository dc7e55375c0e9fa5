using System.CommandLine;
using System.Data.Common;
using Shop.EventSourcing.Archive;
using Shop.Messaging;

namespace Shop.Host.Archive;

/// <summary>Moves what ended long ago to the archive, and back. The shop may run meanwhile.</summary>
internal static class ArchiveCommand
{
    private const int DefaultEventsPerSegment = 5_000;

    public static Command Describe(Option<string> data)
    {
        var olderThan = new Option<double?>("--older-than") { Description = "Days since the last event of a stream that has ended." };
        var restore = new Option<bool>("--restore") { Description = "Put everything back into the databases." };
        var stores = new Option<string[]>("--store") { Description = "Only this store: order, payment, inventory or saga. May be given several times.", DefaultValueFactory = _ => [] };
        var size = new Option<int>("--events-per-segment") { Description = "From how many events on a file is closed.", DefaultValueFactory = _ => DefaultEventsPerSegment };
        var archive = new Command("archive", "Move streams that ended long ago to compressed files, still read like any other; or back.") { olderThan, restore, stores, size };
        archive.SetAction((parsed, cancellation) => RunAsync(
            ShopStores.Configure(parsed.GetValue(data)!), parsed.GetValue(stores)!, Age(parsed.GetValue(olderThan), parsed.GetValue(restore)),
            parsed.GetValue(size), Console.Out, cancellation));
        return archive;
    }

    private static TimeSpan? Age(double? days, bool restore) => (days, restore) switch
    {
        (null, true) => null,
        ( >= 0, false) => TimeSpan.FromDays(days.Value),
        _ => throw new StartException("Say either --older-than DAYS, from 0 on, or --restore."),
    };

    /// <param name="olderThan">Null: everything is put back.</param>
    internal static async Task<int> RunAsync(
        IConfiguration configuration, IReadOnlyList<string> stores, TimeSpan? olderThan, int eventsPerSegment, TextWriter output, CancellationToken cancellationToken)
    {
        if (eventsPerSegment < 1)
            throw new StartException("--events-per-segment takes a number from 1 on.");
        foreach (var definition in ShopStores.Choose(stores))
        {
            await using var engine = ShopStores.Open(configuration, definition);
            try
            {
                await engine.InitializeAsync(StoreEngines.Scripts(configuration, definition), cancellationToken);
                var archiver = new Archiver(definition.Name, engine, definition.ArchivePolicies, TimeProvider.System, eventsPerSegment);
                var report = await (olderThan is { } age ? archiver.ArchiveAsync(age, cancellationToken) : archiver.RestoreAsync(cancellationToken));
                output.WriteLine(FormattableString.Invariant(
                    $"{report.Store,-10} {report.Events} events of {report.Streams} streams {(olderThan is null ? "put back from" : "moved to")} {report.Segments} segments")
                    + (report.Removed > 0 ? FormattableString.Invariant($"; {report.Removed} files of a run that was broken off removed") : ""));
            }
            catch (DbException error)
            {
                throw new StartException($"Store {definition.Name} cannot be used ({engine.Location}): {engine.Explain(error).Reason}", error);
            }
            catch (Exception error) when (error is InvalidOperationException or InvalidDataException)
            {
                throw new StartException(error.Message, error);
            }
        }

        return 0;
    }
}
