using Shop.EventSourcing.Proof;

namespace Shop.EventSourcing.Tests.Proof;

/// <summary>Each kind of tampering is found, and named by position, stream and version.</summary>
public abstract partial class ProofContract
{
    /// <summary>Columns of an event but its place.</summary>
    private static readonly string[] Contents = ["event_id", "type", "data", "metadata", "recorded_at"];

    [Fact]
    public async Task A_log_that_nobody_touched_is_intact()
    {
        var report = await VerifyAsync(heads: KeptHead());

        report.Findings.ShouldBeEmpty();
        (report.Events, report.SealedTo, report.Seals).ShouldBe((30, 30, 3));
        report.Head.ShouldBe(KeptHead());
    }

    [Theory]
    [InlineData("data = OTHER")]
    [InlineData("data = LONGER")]
    [InlineData("metadata = OTHER")]
    [InlineData("type = 'tally-removed.v1'")]
    [InlineData("event_id = NEW")]
    [InlineData("recorded_at = LATER")]
    public async Task An_event_that_was_edited_is_named(string change)
    {
        change = change.Replace("NEW", NewId, StringComparison.Ordinal).Replace("LATER", Later("recorded_at"), StringComparison.Ordinal)
            .Replace("OTHER", Json("{\"seen\":0,\"by\":\"x\"}"), StringComparison.Ordinal).Replace("LONGER", $"data {Concatenation} {Json(" ")}", StringComparison.Ordinal);
        await ExecuteAsync($"UPDATE events SET {change} WHERE position = 17");

        await ShouldBeFoundAsync((TamperingKind.Edited, 17, PlaceOf(17)));
    }

    [Fact]
    public async Task Events_that_were_given_to_another_stream_are_named()
    {
        await ExecuteAsync("UPDATE events SET stream_id = (SELECT id FROM streams WHERE name = 'tally-a'), version = 99 WHERE position = 17");
        await ShouldBeFoundAsync((TamperingKind.Edited, 17, PlaceOf(17)));

        await ExecuteAsync("UPDATE streams SET name = 'tally-z' WHERE name = 'tally-c'");
        (await VerifyAsync()).Findings.Count.ShouldBe(11);
    }

    [Fact]
    public async Task Events_that_were_deleted_are_named()
    {
        await ExecuteAsync("DELETE FROM events WHERE position IN (4, 17)");

        await ShouldBeFoundAsync((TamperingKind.Deleted, 4, PlaceOf(4)), (TamperingKind.Deleted, 17, PlaceOf(17)));
    }

    [Fact]
    public async Task A_gap_that_was_closed_is_one_finding()
    {
        await ExecuteAsync("DELETE FROM events WHERE position = 17");
        await MoveAsync("position > 17", -1);

        await ShouldBeFoundAsync((TamperingKind.Deleted, 17, PlaceOf(17)));
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(3, 28)]
    public async Task Events_that_changed_places_are_named(int one, int other)
    {
        await ExecuteAsync($"""
            UPDATE events SET position = 1000 WHERE position = {one};
            UPDATE events SET position = {one} WHERE position = {other};
            UPDATE events SET position = {other} WHERE position = 1000;
            """);

        await ShouldBeFoundAsync((TamperingKind.Swapped, one, PlaceOf(one)));
    }

    [Fact]
    public async Task Events_whose_contents_changed_places_are_named()
    {
        await ExecuteAsync(CopyInto("theirs", "position IN (5, 9)"));
        foreach (var (one, other) in new[] { (5, 9), (9, 5) })
            await ExecuteAsync($"UPDATE events SET {string.Join(", ", Contents.Select(column => $"{column} = (SELECT {column} FROM theirs WHERE position = {other})"))} WHERE position = {one}");

        await ShouldBeFoundAsync((TamperingKind.Swapped, 5, PlaceOf(5)));
    }

    [Fact]
    public async Task An_event_that_was_put_in_between_is_one_finding()
    {
        await MoveAsync("position >= 17", 1);
        await InsertAsync(17);

        await ShouldBeFoundAsync((TamperingKind.Inserted, 17, new("tally-a", 99)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task An_event_before_the_first_position_is_found(int position)
    {
        await InsertAsync(position);

        await ShouldBeFoundAsync((TamperingKind.Inserted, position, new("tally-a", 99)));
    }

    [Fact]
    public async Task An_event_that_was_moved_to_the_end_is_named()
    {
        await ExecuteAsync("UPDATE events SET position = 31 WHERE position = 5");

        await ShouldBeFoundAsync((TamperingKind.Moved, 5, PlaceOf(5)));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(18)]
    public async Task An_end_that_was_cut_off_is_named(int from)
    {
        await ExecuteAsync($"DELETE FROM events WHERE position >= {from}");

        await ShouldBeFoundAsync((TamperingKind.CutOff, from, PlaceOf(from)));
    }

    [Fact]
    public async Task Several_deeds_at_once_are_told_apart()
    {
        await MoveAsync("position >= 12", 1);
        await InsertAsync(12);
        await ExecuteAsync($"UPDATE events SET data = {Json("{}")} WHERE position = 7; DELETE FROM events WHERE position = 21");

        await ShouldBeFoundAsync((TamperingKind.Edited, 7, PlaceOf(7)), (TamperingKind.Inserted, 12, new("tally-a", 99)), (TamperingKind.Deleted, 20, PlaceOf(20)));
    }

    /// <summary>Moves events along the log, over positions that nobody has.</summary>
    private Task MoveAsync(string which, int by) => ExecuteAsync($"""
        UPDATE events SET position = position + 1000 WHERE {which};
        UPDATE events SET position = position - 1000 + {by} WHERE position > 1000;
        """);

    private Task InsertAsync(int position) => ExecuteAsync($"""
        INSERT INTO events (position, stream_id, version, event_id, type, data, recorded_at)
        SELECT {position}, stream_id, 99, {NewId}, type, data, recorded_at FROM events WHERE position = 1;
        """);
}
