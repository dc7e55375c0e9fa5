using System.Text.Json.Serialization;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

public abstract record TallyEvent
{
    /// <param name="Seen">How many events the decision saw before this one.</param>
    /// <param name="By">Who added; used once.</param>
    public sealed record Added(long Seen, string By) : TallyEvent;

    public sealed record Removed : TallyEvent;
}

[JsonSerializable(typeof(TallyEvent.Added))]
[JsonSerializable(typeof(TallyEvent.Removed))]
[JsonSerializable(typeof(Tally))]
internal sealed partial class TallyJson : JsonSerializerContext;

/// <summary>Counts its events.</summary>
public sealed record Tally(long Count, string Last)
{
    public static readonly Aggregate<Tally, TallyEvent> Aggregate = new(
        "tally", new(0, ""), (tally, @event) => new(tally.Count + 1, @event is TallyEvent.Added added ? added.By : tally.Last),
        new EventTypes().Add("tally-added.v1", TallyJson.Default.Added).Add("tally-removed.v1", TallyJson.Default.Removed));

    public static readonly Aggregate<Tally, TallyEvent> Snapped = Aggregate with { Snapshots = new(TallyJson.Default.Tally, every: 10) };

    /// <summary>A row per stream, named by the first part of <see cref="Last"/>: the stream that it was added to.</summary>
    public static readonly InlineProjection<Tally, TallyEvent, TallyRow> Inline = new(
        Aggregate, TallyRow.Table, (tally, version) => new() { Stream = tally.Last.Split('/')[0], Count = tally.Count, Version = version });

    public TallyEvent Add(string by) => new TallyEvent.Added(Count, by);
}

public sealed record TallyRow
{
    public static readonly Table<TallyRow> Table = new("tallies", nameof(Stream));

    public required string Stream { get; init; }

    public required long Count { get; init; }

    public required long Version { get; init; }
}

/// <summary>One row per stream that was not removed since.</summary>
public sealed record TallyListRow
{
    public static readonly Table<TallyListRow> Table = new("tally_list", nameof(Stream));

    public static readonly SchemaScript[] Scripts = ScriptsWith("text");

    /// <param name="key">The type of a string that is a key.</param>
    public static SchemaScript[] ScriptsWith(string key) =>
    [
        new("001-tallies.sql", $"""
            CREATE TABLE tallies (stream {key} NOT NULL PRIMARY KEY, count bigint NOT NULL, version bigint NOT NULL, CHECK (stream <> 'refused' OR count < 2));
            CREATE TABLE tally_list (stream {key} NOT NULL PRIMARY KEY, added bigint NOT NULL CHECK (added > 0), position bigint NOT NULL);
            CREATE UNIQUE INDEX tally_list_position ON tally_list (position);
            """),
    ];

    public required string Stream { get; init; }

    public required long Added { get; init; }

    public required long Position { get; init; }
}

public sealed class TallyList() : AsyncProjection<TallyListRow>("tally-list", TallyListRow.Table, Tally.Aggregate.Events)
{
    /// <summary>Lets a test break the projection.</summary>
    public Action<RecordedEvent> OnApply { get; set; } = _ => { };

    public override object?[]? Key(object @event, RecordedEvent recorded) => [recorded.Stream];

    protected override TallyListRow? Apply(TallyListRow? row, object @event, RecordedEvent recorded)
    {
        OnApply(recorded);
        return @event is TallyEvent.Removed
            ? null
            : new() { Stream = recorded.Stream, Added = (row?.Added ?? 0) + 1, Position = recorded.Position };
    }
}
