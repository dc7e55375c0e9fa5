using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Messaging;
using Shop.Ordering;

namespace Shop.Host.Bundles;

/// <summary>Makes stores of the events of one order that was exported, in an empty folder, to look at and replay it.</summary>
internal static class LoadCommand
{
    public static Command Describe(Option<string> data)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "What GET /orders/{id}/bundle answered." };
        var load = new Command("load", "Put an exported order into the empty folder --data: its events as they were stored, read models made of them.") { file };
        load.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file)!.FullName, parsed.GetValue(data)!, Console.Out, cancellation));
        return load;
    }

    /// <exception cref="StartException">The file is no bundle, or the folder is not empty.</exception>
    internal static async Task<int> RunAsync(string file, string data, TextWriter output, CancellationToken cancellationToken)
    {
        var bundle = await ReadAsync(file, cancellationToken);
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any())
            throw new StartException($"{data} is not empty. Name a folder with --data that does not exist yet: what is there is never touched.");
        using var folder = DataFolder.Open(data);
        foreach (var definition in Stores.All)
        {
            var streams = bundle.Streams.Where(stream => stream.Store == definition.Name).ToList();
            await using var engine = new SqliteEngine(Stores.FileOf(data, definition), definition.Tables);
            await engine.InitializeAsync(SchemaScript.FromAssembly(definition.Schema, "Sqlite"), cancellationToken);
            await AppendAsync(engine, definition, streams, cancellationToken);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{definition.Name,-10} {streams.Sum(stream => stream.Events.Count)} events of {streams.Count} streams"));
        }

        output.WriteLine($"Order {bundle.OrderId:D}, exported on {bundle.ExportedAt:u}, is in {data}. Look at it with:  dotnet run --project Shop.Host -- --data {data} --no-seed");
        return 0;
    }

    /// <summary>In the order in which they were recorded, as far as one store's clock tells; each row as its stream leaves it.</summary>
    private static async Task AppendAsync(SqliteEngine engine, StoreDefinition definition, IReadOnlyList<BundledStream> streams, CancellationToken cancellationToken)
    {
        var events = streams.SelectMany(stream => stream.Events.Select(stored => (stream.Stream, Stored: stored)))
            .OrderBy(entry => entry.Stored.RecordedAt).ThenBy(entry => entry.Stored.Version).ToList();
        var states = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (stream, stored) in events)
        {
            var recorded = new RecordedEvent(0, stream, stored.Version, stored.Id, stored.Type, Bytes(stored.Data), stored.Metadata is { } metadata ? Bytes(metadata) : null, stored.RecordedAt);
            var append = new StreamAppend(stream, stored.Version - 1, [new(recorded.Id, recorded.Type, recorded.Data, recorded.Metadata, recorded.RecordedAt)]);
            var result = await engine.CommitAsync([new() { Appends = [append], Rows = RowsOf(definition, recorded, states) }], cancellationToken);
            if (result[0].Outcome != WriteOutcome.Committed)
                throw new StartException($"The bundle is damaged: {stream} cannot go on with {stored.Type} at version {stored.Version}. Export it again.", result[0].Error);
        }
    }

    private static RowWrite[] RowsOf(StoreDefinition definition, RecordedEvent recorded, Dictionary<string, object> states)
    {
        var rows = new List<RowWrite>();
        foreach (var projection in definition.InlineProjections.Where(projection => IsOf(projection, recorded.Stream)))
        {
            var key = $"{projection.Table.Name} {recorded.Stream}";
            states[key] = projection.Evolve(states.GetValueOrDefault(key, projection.Initial), recorded);
            if (projection.Project(recorded.Stream, recorded.Version, states[key]) is { } row)
                rows.Add(row);
        }

        return [.. rows];
    }

    /// <summary>The stream's name is the category and an id.</summary>
    private static bool IsOf(IInlineProjection projection, string stream) =>
        stream.StartsWith(projection.Category + "-", StringComparison.Ordinal) && Guid.TryParse(stream.AsSpan(projection.Category.Length + 1), out _);

    private static async Task<OrderBundle> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            var bundle = await JsonSerializer.DeserializeAsync<OrderBundle>(stream, JsonSerializerOptions.Web, cancellationToken);
            return bundle is { Format: OrderBundle.CurrentFormat, Streams: not null }
                ? bundle
                : throw new StartException($"{file} is no {OrderBundle.CurrentFormat}. Take what GET /orders/{{id}}/bundle answers.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StartException($"{file} cannot be read: {error.Message}", error);
        }
    }

    private static byte[] Bytes(JsonElement json) => JsonSerializer.SerializeToUtf8Bytes(json, JsonSerializerOptions.Web);
}
