using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests.Archive;

public abstract partial class ArchiveContract
{
    [Fact]
    public async Task Streams_that_ended_long_ago_leave_the_tables_and_are_read_as_before()
    {
        var report = await ArchiveAsync();

        (report.Streams, report.Events).ShouldBe((20, 60));
        report.Segments.ShouldBe(6, "12 events close a segment, and each month has its own");
        (await HotEventsAsync()).ShouldBe(log.Count - 60);
        Files().Select(file => Path.GetFileName(Path.GetDirectoryName(file))).Distinct().Count().ShouldBe(2);
        await ShouldBeUnchangedAsync();
        (await ArchiveAsync()).Events.ShouldBe(0, "there is nothing left to do");
    }

    [Fact]
    public async Task What_was_put_back_is_as_it_was()
    {
        await ArchiveAsync();

        (await RestoreAsync()).Events.ShouldBe(60);

        (await HotEventsAsync()).ShouldBe(log.Count);
        (await CountAsync("SELECT count(*) FROM archived_streams")).ShouldBe(0);
        (await CountAsync("SELECT max(archived_version) FROM streams")).ShouldBe(0);
        Files().ShouldBeEmpty();
        await ShouldBeUnchangedAsync();
        (await ArchiveAsync()).Events.ShouldBe(60);
        await ShouldBeUnchangedAsync();
    }

    [Fact]
    public async Task Parts_of_a_stream_are_read_from_wherever_they_are()
    {
        await ArchiveAsync();
        await ChangeAsync(1, remove: false);
        await ChangeAsync(1, remove: false);
        await using var engine = Open();
        var all = await engine.ReadStreamAsync("tally-1", 0, null, null, 100, default);
        all.Select(recorded => recorded.Version).ShouldBe([1, 2, 3, 4, 5]);

        foreach (var after in Enumerable.Range(0, 6))
        {
            foreach (var to in Enumerable.Range(0, 7))
            {
                foreach (var limit in new[] { 1, 2, 100 })
                {
                    var expected = all.Where(recorded => recorded.Version > after && recorded.Version <= to).Take(limit);
                    Describe(await engine.ReadStreamAsync("tally-1", after, to, null, limit, default)).ShouldBe(Describe(expected));
                }
            }
        }

        Describe(await engine.ReadStreamAsync("tally-1", 0, null, all[1].RecordedAt, 100, default)).ShouldBe(Describe(all.Take(2)));
        (await engine.ReadStreamAsync("tally-none", 0, null, null, 100, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_late_command_meets_the_archived_state_and_a_duplicate_is_refused()
    {
        await ArchiveAsync();
        await using var late = await OpenStoreAsync();

        var (state, version) = await late.ReadAsync(Tally.Aggregate, "1");
        (state.Count, version).ShouldBe((3, 3));
        (await late.ReadAsOfAsync(Tally.Aggregate, "1", version: 2)).Version.ShouldBe(2);
        var duplicate = new WriteSet { Appends = [new("tally-1", 0, [new(Guid.CreateVersion7(), "tally-added.v1", "{\"seen\":0,\"by\":\"1/x\"}"u8.ToArray(), null, clock.GetUtcNow())])] };
        (await late.Engine.CommitAsync([duplicate], default))[0].Outcome.ShouldBe(WriteOutcome.Conflict);
        await ChangeAsync(1, remove: false);
        (await store.ReadAsync(Tally.Aggregate, "1")).Version.ShouldBe(4);
    }

    [Fact]
    public async Task A_stream_that_went_on_is_archived_once_more()
    {
        await ArchiveAsync();
        await ChangeAsync(1, remove: false);
        await ChangeAsync(2, remove: false);
        log = await LogAsync();
        clock.Shift = TimeSpan.FromDays(40);

        (await ArchiveAsync()).Events.ShouldBe(1);
        await ShouldBeUnchangedAsync();
        (await RestoreAsync()).Events.ShouldBe(61);
        await ShouldBeUnchangedAsync();
    }

    [Fact]
    public async Task The_newest_event_of_the_log_stays()
    {
        await ChangeAsync(1, remove: false);
        clock.Shift = TimeSpan.FromDays(40);

        (await ArchiveAsync()).Streams.ShouldBe(19);

        (await CountAsync("SELECT max(position) FROM events")).ShouldBe(log.Count + 1);
        await ChangeAsync(3, remove: false);
        (await LogAsync())[^1].Position.ShouldBe(log.Count + 2);
    }

    [Fact]
    public async Task A_projection_that_begins_anew_meets_archived_events_in_their_places()
    {
        await CatchUpAsync();
        var expected = Rows();
        expected.Count.ShouldBe(Streams / 2);
        await ArchiveAsync();
        await ExecuteAsync("DELETE FROM tally_list; DELETE FROM checkpoints;");

        await CatchUpAsync();

        Rows().ShouldBe(expected);
    }

    [Fact]
    public async Task Seals_cover_what_is_archived_before_and_after()
    {
        using var keys = ProofKeys.LoadOrCreate(Path.Combine(folder, "key.pem"));
        await new Sealer(store, keys).CatchUpAsync();
        await ArchiveAsync();
        (await VerifyAsync(keys)).Findings.ShouldBeEmpty();

        var file = Files()[0];
        var contents = await File.ReadAllBytesAsync(file);
        contents[contents.Length / 2] ^= 1;
        await ReplaceAsync(file, contents);
        var damaged = (await VerifyAsync(keys)).Findings.ShouldHaveSingleItem();
        (damaged.Kind, damaged.Description.Contains(Path.GetFileName(file), StringComparison.Ordinal)).ShouldBe((TamperingKind.Damaged, true));
        File.Delete(file);
        (await VerifyAsync(keys)).Findings.ShouldHaveSingleItem().Description.ShouldContain("is missing");
    }

    private async Task CatchUpAsync()
    {
        using var runner = new ProjectionRunner(store, new TallyList());
        await runner.CatchUpAsync();
    }

    private List<TallyListRow> Rows()
    {
        using var models = store.Engine.OpenReadModels();
        return [.. models.Query<TallyListRow>().OrderBy(row => row.Stream)];
    }

    private async Task<ProofReport> VerifyAsync(ProofKeys keys)
    {
        await using var engine = Open();
        return await new LogVerifier("test", engine, keys).VerifyAsync([]);
    }

    private static async Task ReplaceAsync(string file, byte[] contents)
    {
        File.Delete(file);
        await File.WriteAllBytesAsync(file, contents);
    }
}
