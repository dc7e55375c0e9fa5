using System.Collections.Concurrent;
using System.Globalization;
using Shop.ServiceDefaults.Security;

namespace Shop.Jobs.Tests;

/// <summary>What holds on a database that replicas share, besides what holds on any.</summary>
public abstract class ReplicaJobContract : JobContract
{
    private string? database;

    /// <summary>As <c>Shop:Store</c> names it.</summary>
    protected abstract string Engine { get; }

    /// <returns>Its connection string.</returns>
    protected abstract Task<string> CreateDatabaseAsync();

    protected override async Task<Dictionary<string, string?>> SettingsAsync() => new()
    {
        ["Shop:Store"] = Engine,
        ["ConnectionStrings:inventory"] = database ??= await CreateDatabaseAsync(),
        [KeyFolder.Setting] = Path.Combine(Folder, "keys"),
    };

    [Fact]
    public async Task With_two_replicas_each_instant_of_a_schedule_has_its_run_once()
    {
        var (here, there) = (new ConcurrentQueue<JobRun>(), new ConcurrentQueue<JobRun>());
        var everySecond = JobSchedule.Every(TimeSpan.FromSeconds(1));
        var settings = await SettingsAsync();
        var starting = await Task.WhenAll(
            JobHost.StartAsync(settings, TestJobs.Counting("ticking", here, everySecond)), JobHost.StartAsync(settings, TestJobs.Counting("ticking", there, everySecond)));
        await using (var one = starting[0])
        await using (var other = starting[1])
        {
            await Eventually.SoAsync(() => here.Count + there.Count >= 8, "eight runs in two replicas");
            (await one.PostAsync("/jobs/ticking/pause")).Status.ShouldBe(204);
            (await other.JobAsync("ticking")).TryGetProperty("pause", out _).ShouldBeTrue();
            await Eventually.SoAsync(async () => (await other.RunsAsync("ticking", "outcome=running")).Length == 0, "nothing runs any more");

            var ran = here.Concat(there).ToList();
            ran.Select(run => run.Occurrence).ShouldBeUnique();
            (await other.RunsAsync("ticking", "limit=500")).Select(run => run.GetProperty("id").GetGuid()).ShouldBe(ran.Select(run => run.Id), ignoreOrder: true);
        }
    }

    [Fact]
    public async Task With_two_replicas_a_run_that_was_asked_for_runs_once_whoever_was_asked()
    {
        var (here, there) = (new ConcurrentQueue<JobRun>(), new ConcurrentQueue<JobRun>());
        var settings = await SettingsAsync();
        await using var one = await JobHost.StartAsync(settings, TestJobs.Counting("counting", here));
        await using var other = await JobHost.StartAsync(settings, TestJobs.Counting("counting", there));

        foreach (var host in (JobHost[])[one, other, one, other])
            (await host.RunToEndAsync("counting")).Text("outcome").ShouldBe("succeeded");

        (here.Count + there.Count).ShouldBe(4);
    }

    [Fact]
    public async Task A_replica_that_lives_makes_up_what_a_killed_one_left()
    {
        await using var first = await StartProcessAsync("first");
        await using var second = await StartProcessAsync("second");
        using var http = first.Client();
        var id = await TriggerAsync(http, "patient");
        await Eventually.SoAsync(async () => (await ReadAsync(http, id)).TryGetProperty("replica", out _), "one of them runs it");
        var runner = (await ReadAsync(http, id)).Text("replica")!.Split('/')[1];
        var isFirst = runner == first.Child.Id.ToString(CultureInfo.InvariantCulture);
        var (killed, living) = isFirst ? (first, second) : (second, first);

        await killed.Child.KillAsync();

        using var survivor = living.Client();
        await Eventually.SoAsync(async () => (await ReadAsync(survivor, id)).TryGetProperty("nextRun", out _), "the other one makes it up");
        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");
        var next = (await ReadAsync(survivor, id)).GetProperty("nextRun").GetGuid();
        await Eventually.SoAsync(async () => (await ReadAsync(survivor, next)).TryGetProperty("endedAt", out _), "and comes to its end");
        (await ReadAsync(survivor, id)).Text("outcome").ShouldBe("killed");
        (await ReadAsync(survivor, next)).ShouldSatisfyAllConditions(
            run => run.Text("outcome").ShouldBe("succeeded"), run => run.Text("cause").ShouldBe("madeUp"),
            run => run.Text("replica")!.Split('/')[1].ShouldBe(living.Child.Id.ToString(CultureInfo.InvariantCulture)));
    }
}
