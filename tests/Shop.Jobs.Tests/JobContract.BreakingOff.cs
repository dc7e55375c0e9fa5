using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.Jobs.Running;
using Shop.Jobs.Storage;
using Shop.Tests;
using Shop.TestServers;

namespace Shop.Jobs.Tests;

/// <content>Runs that do not come to their end.</content>
public abstract partial class JobContract
{
    [Fact]
    public async Task A_run_whose_process_is_killed_is_seen_as_killed_and_made_up_once()
    {
        Guid killed;
        await using (var process = await StartProcessAsync("first"))
        {
            using var http = process.Client();
            killed = await TriggerAsync(http, "patient");
            await Eventually.SoAsync(async () => (await ReadAsync(http, killed)).GetProperty("lines").GetArrayLength() > 0, "the run has begun, and said so");
            await process.Child.KillAsync();
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");
        await using var host = await StartAsync(TestJobs.Patient("patient", Folder));

        await Eventually.SoAsync(async () => (await host.GetAsync($"/jobs/runs/{killed}")).TryGetProperty("nextRun", out _), "it is made up");
        var dead = await host.GetAsync($"/jobs/runs/{killed}");
        var next = await host.EndAsync(dead.GetProperty("nextRun").GetGuid());
        (dead.Text("outcome"), dead.Text("error")).ShouldBe(("killed", "Its process ended, or stood still, in the middle of it."));
        dead.GetProperty("lines").EnumerateArray().Single().Text("text").ShouldBe("It has begun.");
        (next.Text("outcome"), next.Text("cause"), next.Text("summary")).ShouldBe(("succeeded", "madeUp", "waited to the end"));
        (next.GetProperty("ofRun").GetGuid(), next.GetProperty("attempt").GetInt32()).ShouldBe((killed, 2));
        (await host.RunsAsync("patient")).Length.ShouldBe(2);
        (await host.RunsAsync("patient", "outcome=killed")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_whose_process_is_told_to_stop_is_made_up_at_the_next_start()
    {
        Guid stopped;
        await using (var host = await StartAsync(TestJobs.Patient("patient", Folder)))
        {
            stopped = await host.TriggerAsync("patient");
            await BegunAsync(host, stopped);
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");
        await using var again = await StartAsync(TestJobs.Patient("patient", Folder));

        await Eventually.SoAsync(async () => (await again.GetAsync($"/jobs/runs/{stopped}")).TryGetProperty("nextRun", out _), "it is made up");
        var first = await again.GetAsync($"/jobs/runs/{stopped}");
        first.Text("outcome").ShouldBe("stopped");
        (await again.EndAsync(first.GetProperty("nextRun").GetGuid())).Text("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_run_that_was_taken_for_dead_is_broken_off_and_its_end_does_not_count()
    {
        await using var host = await StartAsync(TestJobs.Patient("patient", Folder));
        var first = await host.TriggerAsync("patient");
        await BegunAsync(host, first);

        (await HistoryOf(host).BuryAsync(TimeSpan.FromDays(-1), default)).ShouldBe(1);

        await Eventually.SoAsync(async () => (await host.GetAsync($"/jobs/runs/{first}")).TryGetProperty("nextRun", out _), "it is made up");
        var next = (await host.GetAsync($"/jobs/runs/{first}")).GetProperty("nextRun").GetGuid();
        await BegunAsync(host, next);
        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");
        (await host.EndAsync(next)).Text("outcome").ShouldBe("succeeded");
        (await host.GetAsync($"/jobs/runs/{first}")).ShouldSatisfyAllConditions(
            run => run.Text("outcome").ShouldBe("killed"), run => run.TryGetProperty("summary", out _).ShouldBeFalse());
    }

    [Fact]
    public async Task A_job_that_runs_is_not_started_beside_itself()
    {
        await using var host = await StartAsync(TestJobs.Patient("patient", Folder));
        var first = await host.TriggerAsync("patient");
        await BegunAsync(host, first);

        (await host.PostAsync("/jobs/patient/trigger")).ShouldSatisfyAllConditions(
            second => second.Status.ShouldBe(409), second => second.Body.Text("code").ShouldBe("job-running"));
        await host.Services.GetRequiredService<JobRunner>().RunScheduledAsync("patient", DateTimeOffset.UnixEpoch, "test");

        (await host.RunsAsync("patient")).Length.ShouldBe(1);
        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");
        (await host.EndAsync(first)).Text("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_run_that_was_wanted_while_the_job_ran_comes_after_it()
    {
        await using var host = await StartAsync(TestJobs.Patient("patient", Folder));
        var first = await host.TriggerAsync("patient");
        await BegunAsync(host, first);
        var wanted = new JobRun { Id = Guid.CreateVersion7(), Job = "patient", Occurrence = "in the test", Cause = JobCause.Manual };
        (await HistoryOf(host).RequestAsync(wanted, default)).ShouldBeTrue();

        await host.Services.GetRequiredService<JobRunner>().RunRequestedAsync("patient", wanted.Id, "test");
        (await host.GetAsync($"/jobs/runs/{wanted.Id}")).Text("outcome").ShouldBe("waiting");
        await File.WriteAllTextAsync(Path.Combine(Folder, "may-end"), "");

        (await host.EndAsync(wanted.Id)).Text("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_run_that_ends_its_process_each_time_is_given_up_in_the_end()
    {
        await using var host = await StartAsync(Counting);
        (await host.JobAsync("counting")).GetProperty("newest").GetArrayLength().ShouldBe(0);
        var history = HistoryOf(host);
        var third = new JobRun { Id = Guid.CreateVersion7(), Job = "counting", Occurrence = "in the test", Cause = JobCause.MadeUp, Attempt = 3 };
        await history.RequestAsync(third, default);
        (await history.StartAsync(third.Id, "a process that died", null, default)).ShouldBe(JobRuns.Start.Started);

        (await history.BuryAsync(TimeSpan.FromDays(-1), default)).ShouldBe(1);

        (await history.ReadBrokenOffAsync(3, default)).ShouldBeEmpty();
        (await history.ReadBrokenOffAsync(4, default)).ShouldHaveSingleItem().Id.ShouldBe(third.Id);
        (await host.PostAsync($"/jobs/runs/{third.Id}/retry")).Status.ShouldBe(202);
    }

    private static Task BegunAsync(JobHost host, Guid run) =>
        Eventually.SoAsync(async () => (await host.GetAsync($"/jobs/runs/{run}")).Text("outcome") == "running", "the run has begun");

    protected static async Task<Guid> TriggerAsync(HttpClient http, string job)
    {
        using var response = await http.PostAsync($"/jobs/{job}/trigger", new StringContent("""{"reason":"for the test"}""", null, "application/json"));
        return JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).GetProperty("id").GetGuid();
    }

    protected static async Task<JsonElement> ReadAsync(HttpClient http, Guid run) => JsonElement.Parse(await http.GetStringAsync($"/jobs/runs/{run}"));

    protected async Task<JobProcess> StartProcessAsync(string name)
    {
        var settings = await SettingsAsync();
        (settings["Shop:Jobs:BeatSeconds"], settings["Shop:Jobs:DeadAfterSeconds"]) = ("0.2", "3");
        var child = await ChildProcess.StartAsync(new(
            "dotnet", ["exec", typeof(Program).Assembly.Location, Folder, name, JsonSerializer.Serialize(settings)], Path.Combine(Folder, $"{name}.log")));
        var address = Path.Combine(Folder, $"{name}.url");
        await child.UntilAsync(() => Task.FromResult(File.Exists(address)), $"the process {name}", TimeSpan.FromMinutes(3));
        return await File.ReadAllLinesAsync(address) is [var url, var token, ..] ? new(child, new(url), token) : throw new InvalidDataException(address);
    }

    protected sealed record JobProcess(ChildProcess Child, Uri Url, string Token) : IAsyncDisposable
    {
        public HttpClient Client() => new HttpClient { BaseAddress = Url }.SignIn(Token);

        public ValueTask DisposeAsync() => Child.DisposeAsync();
    }
}
