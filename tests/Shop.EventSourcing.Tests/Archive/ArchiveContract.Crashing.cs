using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests.Archive;

/// <summary>Broken off at any point, nothing is lost or doubled, and the next run goes on.</summary>
public abstract partial class ArchiveContract
{
    [Theory]
    [InlineData("collected")]
    [InlineData("written")]
    [InlineData("moved")]
    public async Task Archiving_that_is_broken_off_is_done_by_the_next_run(string step)
    {
        for (var time = 1; time <= 3; time++)
        {
            await BreakOffAsync(archiver => archiver.ArchiveAsync(Age), step);
            await ShouldBeUnchangedAsync();
        }

        var report = await ArchiveAsync();
        report.Removed.ShouldBe(step == "written" ? 1 : 0, "each run removes what the one before left");
        (await HotEventsAsync()).ShouldBe(log.Count - 60);
        Files().Length.ShouldBe((int)await CountAsync("SELECT count(*) FROM segments"));
        await ShouldBeUnchangedAsync();
    }

    [Theory]
    [InlineData("loaded")]
    [InlineData("moved back")]
    [InlineData("deleted")]
    public async Task Putting_back_that_is_broken_off_is_done_by_the_next_run(string step)
    {
        await ArchiveAsync();
        for (var time = 1; time <= 3; time++)
        {
            await BreakOffAsync(archiver => archiver.RestoreAsync(), step);
            await ShouldBeUnchangedAsync();
        }

        await RestoreAsync();
        (await HotEventsAsync()).ShouldBe(log.Count);
        Files().ShouldBeEmpty();
        await ShouldBeUnchangedAsync();
    }

    [Fact]
    public async Task A_half_written_file_is_removed_and_somebody_elses_is_not()
    {
        await ArchiveAsync();
        var month = Path.GetDirectoryName(Files()[0])!;
        var contents = await File.ReadAllBytesAsync(Files()[0]);
        await RestoreAsync();
        await ExecuteAsync("UPDATE events SET event_id = (SELECT event_id FROM events WHERE position = 1)");
        var foreign = Path.Combine(month, "000000000001-000000000002-foreign.segment");
        await File.WriteAllBytesAsync(foreign, contents);
        await File.WriteAllTextAsync(Path.Combine(month, "000000000001-000000000002-half.segment.draft"), "half");

        (await RestoreAsync()).Removed.ShouldBe(1);
        Files().ShouldBe([foreign]);
    }

    [Fact]
    public async Task Only_one_run_is_at_work()
    {
        await using var engine = await OpenReadyAsync();
        var refused = 0;
        await NewArchiver(engine, step =>
        {
            if (step == "written")
                refused += Should.Throw<InvalidOperationException>(() => ArchiveAsync()).Message.StartsWith("Another archive run", StringComparison.Ordinal) ? 1 : 0;
        }).ArchiveAsync(Age);

        refused.ShouldBe(6);
        await ShouldBeUnchangedAsync();
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_moves_nothing()
    {
        if (!store.Engine.IsShared)
            return;
        await using var engine = await OpenReadyAsync();
        var lost = 0;
        var archiver = NewArchiver(engine, step =>
        {
            if (step == "written" && lost++ == 0)
                Finish(ExecuteAsync("UPDATE leases SET token = token + 1 WHERE name = 'archive'"));
        });

        await Should.ThrowAsync<InvalidOperationException>(() => archiver.ArchiveAsync(Age));
        (await HotEventsAsync()).ShouldBe(log.Count);
        Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Readers_see_one_whole_log_while_events_move_out_and_back()
    {
        using var done = new CancellationTokenSource();
        var reading = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var rounds = 0;
            for (; !done.IsCancellationRequested || rounds < 3; rounds++)
                await ShouldBeUnchangedAsync();
            return rounds;
        })).ToList();

        for (var round = 0; round < 4; round++)
        {
            (await ArchiveAsync()).Events.ShouldBe(60);
            (await RestoreAsync()).Events.ShouldBe(60);
        }

        await done.CancelAsync();
        (await Task.WhenAll(reading)).ShouldAllBe(rounds => rounds >= 3);
    }

    [Fact]
    public async Task What_appends_meanwhile_is_neither_lost_nor_moved()
    {
        await using var engine = await OpenReadyAsync();
        await NewArchiver(engine, step =>
        {
            if (step == "written")
                Finish(ChangeAsync(1, remove: false));
        }).ArchiveAsync(Age);

        (await store.ReadAsync(Tally.Aggregate, "1")).Version.ShouldBe(9);
        log = [.. log, .. (await LogAsync()).Skip(log.Count)];
        await ShouldBeUnchangedAsync();
    }

    /// <summary>The archiver's steps are not awaited.</summary>
    private static void Finish(Task task) => task.GetAwaiter().GetResult();

    private async Task BreakOffAsync(Func<EventSourcing.Archive.Archiver, Task> work, string step)
    {
        await using var engine = await OpenReadyAsync();
        var archiver = NewArchiver(engine, here =>
        {
            if (here == step)
                throw new TimeoutException("broken off");
        });
        await Should.ThrowAsync<TimeoutException>(() => work(archiver));
    }
}
