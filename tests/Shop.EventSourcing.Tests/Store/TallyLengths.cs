using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>A read model that nobody has written a script for: its table is made from the row type.</summary>
public sealed class TallyLengths() : AsyncProjection<TallyLengths.Row>("tally-lengths", Rows, Tally.Aggregate.Events, "tally")
{
    public static readonly Table<Row> Rows = new("tally_lengths", nameof(Row.Length)) { Indexes = [[nameof(Row.Events), nameof(Row.Length)]] };

    public override object?[]? Key(object @event, RecordedEvent recorded) => [(long)recorded.Stream.Length];

    protected override Row? Apply(Row? row, object @event, RecordedEvent recorded) => new()
    {
        Length = recorded.Stream.Length,
        Events = (row?.Events ?? 0) + 1,
        Last = recorded.Stream,
        Removed = @event is TallyEvent.Removed ? recorded.Stream : row?.Removed,
        At = recorded.RecordedAt,
    };

    public sealed record Row
    {
        public required long Length { get; init; }

        public required long Events { get; init; }

        public required string Last { get; init; }

        public string? Removed { get; init; }

        public required DateTimeOffset At { get; init; }
    }
}

/// <summary>What a later version of the service makes of the same events: streams that end with b count twice.</summary>
public sealed class TallyListChanged() : AsyncProjection<TallyListRow>("tally-list", TallyListRow.Table, Tally.Aggregate.Events, "tally")
{
    public override object?[]? Key(object @event, RecordedEvent recorded) => recorded.Stream == "tally-none" ? null : [recorded.Stream];

    protected override TallyListRow? Apply(TallyListRow? row, object @event, RecordedEvent recorded) => @event is TallyEvent.Removed
        ? null
        : new() { Stream = recorded.Stream, Added = (row?.Added ?? 0) + (recorded.Stream.EndsWith('b') ? 2 : 1), Position = recorded.Position };
}
