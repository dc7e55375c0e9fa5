using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Shop.Jobs.Storage;

namespace Shop.Jobs.Tests;

/// <summary>What holds on either database.</summary>
public abstract partial class JobContract : IDisposable
{
    private const string Operator = "operator@test.example";

    private readonly ConcurrentQueue<JobRun> counted = [];

    protected string Folder { get; } = Directory.CreateTempSubdirectory("shop-jobs-").FullName;

    /// <summary>Where the store is; always the same within a test.</summary>
    protected abstract Task<Dictionary<string, string?>> SettingsAsync();

    private JobDefinition Counting => TestJobs.Counting("counting", counted);

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_job_that_is_triggered_runs_once_and_its_run_tells_why_what_and_how_long()
    {
        await using var host = await StartAsync(Counting);

        var run = await host.RunToEndAsync("counting");

        counted.Count.ShouldBe(1);
        (run.Text("outcome"), run.Text("cause"), run.Text("summary")).ShouldBe(("succeeded", "manual", "run 1"));
        (run.Text("requestedBy"), run.Text("reason")).ShouldBe((Operator, "for the test"));
        var acted = (await host.GetAsync("/operator-actions")).GetProperty("items").EnumerateArray().Single();
        (acted.Text("who"), acted.Text("action"), acted.Text("target"), acted.Text("reason")).ShouldBe((Operator, "job-triggered", "job counting", "for the test"));
        run.GetProperty("lines").EnumerateArray().Select(line => (line.Text("level"), line.Text("text"))).ShouldBe([("information", "counted")]);
        run.GetProperty("startedAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(run.GetProperty("endedAt").GetDateTimeOffset());
        run.Text("fireInstance").ShouldNotBeNullOrEmpty();
        var job = await host.JobAsync("counting");
        job.GetProperty("last").GetProperty("id").GetGuid().ShouldBe(run.GetProperty("id").GetGuid());
        job.GetProperty("newest").EnumerateArray().Single().GetProperty("seconds").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_run_that_throws_has_failed_says_why_and_can_be_tried_again_once()
    {
        var isBroken = true;
        await using var host = await StartAsync(TestJobs.Define("breaking", (context, _) =>
        {
            context.Summary = "half of it";
            return isBroken ? throw new InvalidOperationException("The disk is full.") : Task.CompletedTask;
        }));

        var failed = await host.RunToEndAsync("breaking");
        isBroken = false;
        var id = failed.GetProperty("id").GetGuid();
        var (status, asked) = await host.PostAsync($"/jobs/runs/{id}/retry");
        var again = await host.EndAsync(asked.GetProperty("id").GetGuid());

        (failed.Text("outcome"), failed.Text("error"), failed.Text("summary")).ShouldBe(("failed", "The disk is full.", "half of it"));
        failed.GetProperty("lines").EnumerateArray().Last().Text("level").ShouldBe("error");
        status.ShouldBe(202);
        (again.Text("outcome"), again.Text("cause"), again.GetProperty("ofRun").GetGuid()).ShouldBe(("succeeded", "retry", id));
        (await host.GetAsync($"/jobs/runs/{id}")).GetProperty("nextRun").GetGuid().ShouldBe(again.GetProperty("id").GetGuid());
        (await host.PostAsync($"/jobs/runs/{id}/retry")).ShouldSatisfyAllConditions(
            twice => twice.Status.ShouldBe(409), twice => twice.Body.Text("code").ShouldBe("run-already-retried"));
        (await host.PostAsync($"/jobs/runs/{again.GetProperty("id").GetGuid()}/retry")).Body.Text("code").ShouldBe("run-not-failed");
    }

    [Fact]
    public async Task A_finding_fails_the_run_and_keeps_its_summary()
    {
        await using var host = await StartAsync(TestJobs.Define("finding", (context, _) =>
        {
            context.Summary = "2 looked at";
            throw new JobFindingException("1 is wrong.");
        }));

        var run = await host.RunToEndAsync("finding");

        (run.Text("outcome"), run.Text("error"), run.Text("summary")).ShouldBe(("failed", "1 is wrong.", "2 looked at"));
    }

    [Fact]
    public async Task A_schedule_fires_by_itself_each_time_once()
    {
        await using var host = await StartAsync(TestJobs.Counting("ticking", counted, JobSchedule.Every(TimeSpan.FromSeconds(1))));

        await Eventually.SoAsync(() => counted.Count >= 3, "three runs by themselves");

        counted.Select(run => run.Cause).Distinct().ShouldBe([JobCause.Schedule]);
        counted.Select(run => run.Occurrence).ShouldBeUnique();
        (await host.JobAsync("ticking")).GetProperty("nextRunAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task A_paused_job_says_who_and_why_runs_only_when_asked_and_stays_paused_after_a_restart()
    {
        await using (var host = await StartAsync(TestJobs.Counting("resting", counted, JobSchedule.Daily(3, 0))))
        {
            (await host.JobAsync("resting")).TryGetProperty("nextRunAt", out _).ShouldBeTrue();
            (await host.PostAsync("/jobs/resting/pause", new { reason = "The archive disk is being replaced." })).Status.ShouldBe(204);
            (await host.RunToEndAsync("resting")).Text("outcome").ShouldBe("succeeded");
        }

        await using (var host = await StartAsync(TestJobs.Counting("resting", counted, JobSchedule.Daily(3, 0))))
        {
            var paused = await host.JobAsync("resting");
            (paused.GetProperty("pause").Text("reason"), paused.GetProperty("pause").Text("by")).ShouldBe(("The archive disk is being replaced.", Operator));
            paused.TryGetProperty("nextRunAt", out _).ShouldBeFalse();

            (await host.PostAsync("/jobs/resting/resume")).Status.ShouldBe(204);

            var resumed = await host.JobAsync("resting");
            resumed.TryGetProperty("pause", out _).ShouldBeFalse();
            resumed.TryGetProperty("nextRunAt", out _).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_schedule_can_be_set_and_another_one_is_taken_up_at_the_next_start()
    {
        await using (var host = await StartAsync(Counting))
            (await host.JobAsync("counting")).Text("schedule").ShouldBe("never");
        await using (var host = await StartAsync([("Shop:Jobs:Schedules:counting", "0 30 3 * * ?")], Counting))
        {
            var next = (await host.JobAsync("counting")).GetProperty("nextRunAt").GetDateTimeOffset();
            (next.UtcDateTime.Hour, next.UtcDateTime.Minute).ShouldBe((3, 30));
        }

        await using (var host = await StartAsync([("Shop:Jobs:Schedules:counting", "never")], Counting))
            (await host.JobAsync("counting")).TryGetProperty("nextRunAt", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_history_is_searched_filtered_and_paged()
    {
        var number = 0;
        await using var host = await StartAsync(TestJobs.Define("numbered", (context, _) =>
        {
            var mine = ++number;
            context.Note($"Order O'Neill-{mine} wants 100% of 库存");
            context.Summary = $"number {mine}";
            return mine == 3 ? throw new InvalidOperationException("Three is unlucky.") : Task.CompletedTask;
        }));
        for (var times = 0; times < 5; times++)
            await host.RunToEndAsync("numbered");

        (await host.RunsAsync("numbered")).Select(run => run.Text("summary")).ShouldBe(["number 5", "number 4", "number 3", "number 2", "number 1"]);
        (await host.RunsAsync("numbered", "outcome=failed")).Single().Text("error").ShouldBe("Three is unlucky.");
        (await host.RunsAsync("numbered", "search=UNLUCKY")).Single().Text("summary").ShouldBe("number 3");
        (await host.RunsAsync("numbered", "search=o'neill-4")).Single().Text("summary").ShouldBe("number 4");
        (await host.RunsAsync("numbered", $"search={Uri.EscapeDataString("100% of 库存")}")).Length.ShouldBe(5);
        (await host.RunsAsync("numbered", $"search={Uri.EscapeDataString("100_")}")).ShouldBeEmpty();
        var first = await host.GetAsync("/jobs/numbered/runs?limit=2");
        var second = await host.GetAsync($"/jobs/numbered/runs?limit=3&after={first.GetProperty("next").GetGuid()}");
        first.GetProperty("items").GetArrayLength().ShouldBe(2);
        second.GetProperty("items").EnumerateArray().Select(run => run.Text("summary")).ShouldBe(["number 3", "number 2", "number 1"]);
        second.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_answered_with_what_to_do()
    {
        await using var host = await StartAsync(Counting);

        (await host.PostAsync("/jobs/counting/trigger", new { })).ShouldSatisfyAllConditions(
            silent => silent.Status.ShouldBe(422), silent => silent.Body.Text("field").ShouldBe("reason"));
        (await host.PostAsync("/jobs/counting/pause", new { reason = new string('x', 201) })).Status.ShouldBe(422);
        (await host.PostAsync("/jobs/counting/resume", new { reason = "  " })).Status.ShouldBe(422);
        (await host.PostAsync("/jobs/nobody/trigger")).Body.Text("code").ShouldBe("job-not-found");
        (await host.PostAsync($"/jobs/runs/{Guid.CreateVersion7()}/retry")).Body.Text("code").ShouldBe("run-not-found");
        foreach (var query in (string[])["limit=0", "limit=501", "outcome=lost"])
            (await host.Http.GetAsync($"/jobs/counting/runs?{query}")).StatusCode.ShouldBe(System.Net.HttpStatusCode.UnprocessableEntity, query);
        (await host.Http.GetAsync("/jobs/nobody/runs")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        counted.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_log_is_cut_and_says_so()
    {
        await using var host = await StartAsync(TestJobs.Define("chatty", (context, _) =>
        {
            for (var line = 0; line < 700; line++)
                context.Note($"line {line}");
            return Task.CompletedTask;
        }));

        var lines = (await host.RunToEndAsync("chatty")).GetProperty("lines");

        lines.GetArrayLength().ShouldBe(501);
        lines.EnumerateArray().Last().Text("text")!.ShouldStartWith("200 more lines");
    }

    [Fact]
    public async Task The_next_run_goes_on_where_the_last_one_that_succeeded_left_off()
    {
        var marks = new ConcurrentQueue<string?>();
        await using var host = await StartAsync(TestJobs.Define("going-round", (context, _) =>
        {
            marks.Enqueue(context.Mark);
            context.Mark = $"after {marks.Count}";
            return marks.Count == 2 ? throw new InvalidOperationException("Not this time.") : Task.CompletedTask;
        }));

        for (var times = 0; times < 3; times++)
            await host.RunToEndAsync("going-round");

        marks.ShouldBe([null, "after 1", "after 1"]);
    }

    private Task<JobHost> StartAsync(params JobDefinition[] jobs) => StartAsync([], jobs);

    private async Task<JobHost> StartAsync((string Key, string Value)[] settings, params JobDefinition[] jobs)
    {
        var all = await SettingsAsync();
        // Of a run that is silent, a test need not wait long to hear that it is dead.
        (all["Shop:Jobs:BeatSeconds"], all["Shop:Jobs:DeadAfterSeconds"]) = ("0.2", "3");
        foreach (var (key, value) in settings)
            all[key] = value;
        return await JobHost.StartAsync(all, jobs);
    }

    private static JobRuns HistoryOf(JobHost host) => host.Services.GetRequiredService<JobRuns>();
}
