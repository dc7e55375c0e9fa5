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
        archive.Validators.Add(result =>
        {
            if (result.GetValue(restore) == result.GetValue(olderThan) is not null)
                result.AddError("Say either --older-than DAYS or --restore.");
            else if (result.GetValue(olderThan) < 0 || result.GetValue(size) < 1)
                result.AddError("--older-than takes days from 0 on, --events-per-segment a number from 1 on.");
        });
        archive.SetAction((parsed, cancellation) => RunAsync(
            ShopStores.Configure(parsed.GetValue(data)!), parsed.GetValue(stores)!,
            parsed.GetValue(olderThan) is { } days ? TimeSpan.FromDays(days) : null, parsed.GetValue(size), Console.Out, cancellation));
        return archive;
    }

    /// <param name="olderThan">Null: everything is put back.</param>
    internal static async Task<int> RunAsync(
        IConfiguration configuration, IReadOnlyList<string> stores, TimeSpan? olderThan, int eventsPerSegment, TextWriter output, CancellationToken cancellationToken)
    {
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
